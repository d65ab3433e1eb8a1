/**
 * The connection to the machine fwctl runs on.
 *
 * <p>A host flows in; a connection that runs scripts here, as root or by sudo, flows out.
 */
@NullMarked
package dev.fwctl.plugin.local;

import org.jspecify.annotations.NullMarked;
