@NullMarked
package dev.fwctl.analysis.diagram;

import org.jspecify.annotations.NullMarked;
