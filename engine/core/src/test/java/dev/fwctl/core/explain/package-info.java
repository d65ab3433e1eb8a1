/** Tests of explain. */
@NullMarked
package dev.fwctl.core.explain;

import org.jspecify.annotations.NullMarked;
