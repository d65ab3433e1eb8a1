@NullMarked
package dev.fwctl.core.document;

import org.jspecify.annotations.NullMarked;
