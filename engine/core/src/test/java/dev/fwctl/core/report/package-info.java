@NullMarked
package dev.fwctl.core.report;

import org.jspecify.annotations.NullMarked;
