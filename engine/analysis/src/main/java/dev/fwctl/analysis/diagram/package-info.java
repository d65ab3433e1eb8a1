/**
 * Binary decision diagrams: sets of assignments of truth values to numbered variables.
 *
 * <p>It knows nothing of packets; {@code dev.fwctl.analysis} says what its variables stand for.
 */
@NullMarked
package dev.fwctl.analysis.diagram;

import org.jspecify.annotations.NullMarked;
