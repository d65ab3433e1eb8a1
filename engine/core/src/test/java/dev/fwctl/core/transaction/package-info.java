/** Tests of transaction. */
@NullMarked
package dev.fwctl.core.transaction;

import org.jspecify.annotations.NullMarked;
