/** Tests of the intent package. */
@NullMarked
package dev.fwctl.core.intent;

import org.jspecify.annotations.NullMarked;
