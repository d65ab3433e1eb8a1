/** Tests of what is known of hosts. */
@NullMarked
package dev.fwctl.core.known;

import org.jspecify.annotations.NullMarked;
