/** Tests of exposure. */
@NullMarked
package dev.fwctl.core.exposure;

import org.jspecify.annotations.NullMarked;
