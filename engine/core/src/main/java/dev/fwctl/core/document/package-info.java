/**
 * YAML documents with places.
 *
 * <p>Files flow in; trees of {@link dev.fwctl.core.document.Node} flow out, whose every part knows
 * its file, line and column, together with all problems that were found on the way. Policies and
 * inventories are read by it alike, so that both refuse the same malformed input in the same words.
 */
@NullMarked
package dev.fwctl.core.document;

import org.jspecify.annotations.NullMarked;
