/** Tests of proof. */
@NullMarked
package dev.fwctl.core.proof;

import org.jspecify.annotations.NullMarked;
