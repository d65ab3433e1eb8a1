/**
 * Connections over SSH, through sshj.
 *
 * <p>A host flows in; a connection that runs scripts on it flows out. On the way a {@link
 * dev.fwctl.plugin.ssh.Dialer} opens a socket, {@link dev.fwctl.plugin.ssh.HostKeyCheck} holds the
 * host's key against {@link dev.fwctl.plugin.ssh.KnownHosts}, and {@link
 * dev.fwctl.plugin.ssh.Identities} brings the keys to log in with. No host is trusted: every wait
 * has a limit, and whatever passes it is cut off by closing the socket.
 */
@NullMarked
package dev.fwctl.plugin.ssh;

import org.jspecify.annotations.NullMarked;
