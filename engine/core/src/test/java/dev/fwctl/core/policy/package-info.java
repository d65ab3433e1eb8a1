@NullMarked
package dev.fwctl.core.policy;

import org.jspecify.annotations.NullMarked;
