package dev.fwctl.plugin.ssh;

import com.hierynomus.sshj.userauth.certificate.Certificate;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.plugin.ssh.KnownHosts.Judgement;
import dev.fwctl.plugin.ssh.PresentedKey.CertificateClaims;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;
import org.jspecify.annotations.Nullable;

/** Holds the key of one host against the known ones; nothing is ever accepted for being new. */
final class HostKeyCheck implements HostKeyVerifier {
  /** The type of a host's certificate. Source: PROTOCOL.certkeys of OpenSSH. */
  private static final long HOST_CERTIFICATE = 2;

  private final KnownHosts knownHosts;
  private final String address;
  private final int port;
  private volatile @Nullable Problem problem;

  HostKeyCheck(KnownHosts knownHosts, String address, int port) {
    this.knownHosts = knownHosts;
    this.address = address;
    this.port = port;
  }

  /** Returns what is wrong with the key that was shown last. */
  Optional<Problem> problem() {
    return Optional.ofNullable(problem);
  }

  @Override
  public List<String> findExistingAlgorithms(String hostname, int serverPort) {
    return knownHosts.knownTypes(address, port);
  }

  @Override
  public boolean verify(String hostname, int serverPort, PublicKey key) {
    PresentedKey presented;
    try {
      presented = presented(key);
    } catch (Buffer.BufferException malformed) {
      problem =
          Problem.of(
              ErrorCode.HOST_KEY,
              name() + " presents a certificate that makes no sense",
              "look at HostCertificate in its sshd_config");
      return false;
    }
    Judgement judgement = knownHosts.judge(address, port, presented);
    Optional<Problem> found = problem(judgement, presented.key());
    problem = found.orElse(null);
    return found.isEmpty();
  }

  private static PresentedKey presented(PublicKey key) throws Buffer.BufferException {
    if (key instanceof Certificate<?> certificate) {
      return new PresentedKey(
          EncodedKey.of(certificate.getKey()),
          Optional.of(
              new CertificateClaims(
                  EncodedKey.of(certificate.getSignatureKey()),
                  certificate.getType() == HOST_CERTIFICATE,
                  !certificate.getCritOptions().isEmpty(),
                  new Buffer.PlainBuffer(certificate.getSignature()).readString())));
    }
    return new PresentedKey(EncodedKey.of(key), Optional.empty());
  }

  private Optional<Problem> problem(Judgement judgement, EncodedKey key) {
    String shown = "the " + key.family() + " key " + key.fingerprint();
    return switch (judgement) {
      case Judgement.Known _ -> Optional.empty();
      case Judgement.Unknown unknown -> Optional.of(unknown(unknown, shown, key));
      case Judgement.Changed changed -> Optional.of(changed(changed.line(), shown, key));
      case Judgement.Revoked revoked ->
          Optional.of(
              Problem.at(
                  revoked.line(),
                  ErrorCode.HOST_KEY,
                  name() + " presents " + shown + ", which is revoked",
                  "somebody else may have that key: give the host a new one, and replace its line in"
                      + " known_hosts"));
      case Judgement.BadCertificate bad ->
          Optional.of(
              Problem.at(
                  bad.authority(),
                  ErrorCode.HOST_KEY,
                  name()
                      + " presents a certificate of this authority that is no good: "
                      + bad.reason(),
                  "make a new one with ssh-keygen -h -s"));
    };
  }

  private Problem unknown(Judgement.Unknown unknown, String shown, EncodedKey key) {
    String message = name() + " is not known; it presents " + shown;
    if (unknown.authority().isPresent()) {
      Place authority = unknown.authority().get();
      return Problem.at(
          authority,
          ErrorCode.HOST_KEY,
          message + ", which this authority did not sign",
          "have the host's key signed, or add the key to " + firstFile());
    }
    String files =
        knownHosts.files().stream().map(Path::toString).collect(Collectors.joining(", "));
    return Problem.of(
        ErrorCode.HOST_KEY,
        message + " (looked at " + files + ")",
        "compare the fingerprint with what ssh-keygen -lf /etc/ssh/ssh_host_"
            + key.family().toLowerCase(Locale.ROOT)
            + "_key.pub prints on the host, then add the line that ssh-keyscan -p "
            + port
            + " "
            + address
            + " prints to "
            + firstFile());
  }

  private Problem changed(KnownHostLine line, String shown, EncodedKey key) {
    String before =
        line.key().type().equals(key.type())
            ? "the key here is " + line.key().fingerprint()
            : "the key here is of another type, " + line.key().family();
    return Problem.at(
        line.place(),
        ErrorCode.HOST_KEY,
        "the host key of " + name() + " has changed: it presents " + shown + ", " + before,
        "if the host was set up anew, replace this line (ssh-keygen -R '"
            + KnownHosts.name(address, port)
            + "' -f "
            + line.place().file()
            + "); if it was not, somebody may be answering in its place");
  }

  private String firstFile() {
    return knownHosts.files().isEmpty()
        ? "a known_hosts file"
        : knownHosts.files().getFirst().toString();
  }

  private String name() {
    return KnownHosts.name(address, port);
  }
}
