/**
 * Finding plugins, on the class path and in the plugin folder.
 *
 * <p>A lock file and jars flow in; extensions of the SPI flow out.
 */
@NullMarked
package dev.fwctl.core.plugin;

import org.jspecify.annotations.NullMarked;
