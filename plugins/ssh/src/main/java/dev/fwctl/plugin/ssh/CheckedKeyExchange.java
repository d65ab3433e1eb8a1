package dev.fwctl.plugin.ssh;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.transport.Transport;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.transport.digest.Digest;
import net.schmizz.sshj.transport.kex.KeyExchange;

/**
 * A key exchange that looks at the host's key before sshj reads it.
 *
 * <p>sshj makes arrays of the lengths that are written in a key. A length of two gigabytes, from a
 * host that nobody has authenticated yet, would take the memory of all other hosts' connections.
 */
final class CheckedKeyExchange implements KeyExchange {
  private final KeyExchange exchange;

  private CheckedKeyExchange(KeyExchange exchange) {
    this.exchange = exchange;
  }

  /** Wraps what a factory makes. */
  static Factory.Named<KeyExchange> of(Factory.Named<KeyExchange> factory) {
    return new Factory.Named<>() {
      @Override
      public String getName() {
        return factory.getName();
      }

      @Override
      public KeyExchange create() {
        return new CheckedKeyExchange(factory.create());
      }
    };
  }

  @Override
  public boolean next(Message message, SSHPacket packet)
      throws GeneralSecurityException, TransportException {
    // All exchanges that we offer carry the key first in this one message (RFC 4253, 5656, 8731).
    if (message == Message.KEXDH_31) {
      int start = packet.rpos();
      try {
        KeyShape.check(packet.readBytes());
      } catch (Buffer.BufferException malformed) {
        throw new TransportException("the host's key makes no sense", malformed);
      } finally {
        packet.rpos(start);
      }
    }
    return exchange.next(message, packet);
  }

  @Override
  public void init(
      Transport transport, String serverId, String clientId, byte[] serverInit, byte[] clientInit)
      throws GeneralSecurityException, TransportException {
    exchange.init(transport, serverId, clientId, serverInit, clientInit);
  }

  @Override
  public byte[] getH() {
    return exchange.getH();
  }

  @Override
  public BigInteger getK() {
    return exchange.getK();
  }

  @Override
  public Digest getHash() {
    return exchange.getHash();
  }

  @Override
  public PublicKey getHostKey() {
    return exchange.getHostKey();
  }
}
