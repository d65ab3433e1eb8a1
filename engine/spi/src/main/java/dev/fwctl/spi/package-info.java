/**
 * What a plugin implements.
 *
 * <p>The engine calls these interfaces with values of {@code dev.fwctl.model} and gets such values
 * back.
 */
@NullMarked
package dev.fwctl.spi;

import org.jspecify.annotations.NullMarked;
