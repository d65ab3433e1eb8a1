@NullMarked
package dev.fwctl.plugin.interfaces;

import org.jspecify.annotations.NullMarked;
