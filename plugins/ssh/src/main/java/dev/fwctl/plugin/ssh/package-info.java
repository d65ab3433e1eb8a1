/**
 * Connections over SSH, through sshj.
 *
 * <p>A host flows in; a connection that runs scripts on it flows out.
 */
@NullMarked
package dev.fwctl.plugin.ssh;

import org.jspecify.annotations.NullMarked;
