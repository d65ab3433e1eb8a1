@NullMarked
package dev.fwctl.plugin.docker;

import org.jspecify.annotations.NullMarked;
