/** Tests of plan. */
@NullMarked
package dev.fwctl.core.plan;

import org.jspecify.annotations.NullMarked;
