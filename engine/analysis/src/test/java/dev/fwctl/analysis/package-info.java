/** Tests of the analysis. */
@NullMarked
package dev.fwctl.analysis;

import org.jspecify.annotations.NullMarked;
