/** Tests of saved plans. */
@NullMarked
package dev.fwctl.core.saved;

import org.jspecify.annotations.NullMarked;
