/**
 * YAML documents with places.
 *
 * <p>Text flows in; nodes that know their file, line and column flow out, and diagnostics.
 */
@NullMarked
package dev.fwctl.core.document;

import org.jspecify.annotations.NullMarked;
