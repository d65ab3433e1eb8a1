@NullMarked
package dev.fwctl.core.facts;

import org.jspecify.annotations.NullMarked;
