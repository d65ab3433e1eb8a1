@NullMarked
package dev.fwctl.core.plugin;

import org.jspecify.annotations.NullMarked;
