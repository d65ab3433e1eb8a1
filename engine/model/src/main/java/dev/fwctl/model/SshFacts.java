package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Where a host's SSH server listens, and the connection that we came by.
 *
 * @param listening the sockets that SSH servers listen on
 * @param connection our own connection as the host sees it; nothing for a local connection
 */
public record SshFacts(List<ListeningSocket> listening, Optional<OwnConnection> connection)
    implements Fact {
  public SshFacts {
    listening = List.copyOf(listening);
    requireNonNull(connection, "connection is null");
  }

  /**
   * A socket that listens.
   *
   * @param address the local address, unspecified for all
   * @param port the TCP port
   */
  public record ListeningSocket(IpAddress address, int port) {
    public ListeningSocket {
      requireNonNull(address, "address is null");
    }
  }

  /**
   * Our SSH connection as {@code $SSH_CONNECTION} tells it, right through NAT and bastions. Source:
   * sshd(8).
   *
   * @param client the address that the host sees us come from
   * @param server the host's own address
   * @param serverPort the host's port
   */
  public record OwnConnection(IpAddress client, IpAddress server, int serverPort) {
    public OwnConnection {
      requireNonNull(client, "client is null");
      requireNonNull(server, "server is null");
    }
  }
}
