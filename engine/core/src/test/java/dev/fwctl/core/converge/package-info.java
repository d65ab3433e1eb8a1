/** Tests of converge. */
@NullMarked
package dev.fwctl.core.converge;

import org.jspecify.annotations.NullMarked;
