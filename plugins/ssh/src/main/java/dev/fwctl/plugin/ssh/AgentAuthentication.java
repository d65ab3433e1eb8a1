package dev.fwctl.plugin.ssh;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.method.AbstractAuthMethod;

/**
 * Logs in with a key that the agent holds (RFC 4252 section 7).
 *
 * <p>The key and its signature are passed on as they are, so that kinds of keys work which sshj
 * does not know, such as those on a FIDO token.
 */
final class AgentAuthentication extends AbstractAuthMethod {
  private static final String CERTIFICATE = "-cert-v01@openssh.com";

  private final Agent agent;
  private final EncodedKey key;
  private final Duration limit;
  private final Deque<Algorithm> algorithms;

  private record Algorithm(String name, int flags) {}

  AgentAuthentication(Agent agent, EncodedKey key, Duration limit) {
    super("publickey");
    this.agent = agent;
    this.key = key;
    this.limit = limit;
    this.algorithms = new ArrayDeque<>(algorithms(key.type()));
  }

  private static List<Algorithm> algorithms(String type) {
    if (!type.equals("ssh-rsa") && !type.equals("ssh-rsa" + CERTIFICATE)) {
      return List.of(new Algorithm(type, 0));
    }
    String ending = type.endsWith(CERTIFICATE) ? CERTIFICATE : "";
    return List.of(
        new Algorithm("rsa-sha2-512" + ending, Agent.RSA_SHA2_512),
        new Algorithm("rsa-sha2-256" + ending, Agent.RSA_SHA2_256));
  }

  @Override
  protected SSHPacket buildReq() throws UserAuthException {
    return buildRequest(false);
  }

  private SSHPacket buildRequest(boolean signed) throws UserAuthException {
    SSHPacket request = super.buildReq();
    request.putBoolean(signed);
    request.putString(algorithms.getFirst().name());
    request.putString(key.encoded());
    return request;
  }

  @Override
  public void handle(Message message, SSHPacket packet)
      throws UserAuthException, TransportException {
    if (message != Message.USERAUTH_60) {
      super.handle(message, packet);
      return;
    }
    SSHPacket request = buildRequest(true);
    byte[] data =
        new Buffer.PlainBuffer()
            .putString(params.getTransport().getSessionID())
            .putBuffer(request)
            .getCompactData();
    try {
      request.putString(agent.sign(key, data, algorithms.getFirst().flags(), limit));
    } catch (IOException e) {
      throw new UserAuthException("the agent gave no signature: " + e.getMessage(), e);
    }
    params.getTransport().write(request);
  }

  @Override
  public boolean shouldRetry() {
    algorithms.removeFirst();
    return !algorithms.isEmpty();
  }
}
