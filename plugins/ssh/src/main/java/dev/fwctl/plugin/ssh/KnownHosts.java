package dev.fwctl.plugin.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.plugin.ssh.KnownHostLine.Marker;
import dev.fwctl.plugin.ssh.PresentedKey.CertificateClaims;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The keys of hosts that the user knows, from one or more {@code known_hosts} files.
 *
 * <p>Read once and shared by all connections. sshj has a reader of its own; it accepts a revoked
 * key that another line lists, takes {@code a,!b} for every host but b, can't be shared by threads
 * when names are hashed, and does not know at which line it read what.
 */
final class KnownHosts {
  private static final int DEFAULT_PORT = 22;

  private final List<Path> files;
  private final Map<String, List<KnownHostLine>> plain = new HashMap<>();
  private final List<KnownHostLine> others = new ArrayList<>();

  /** What to think of a key that a host presented. */
  sealed interface Judgement {
    /** The host is who it should be. */
    record Known() implements Judgement {}

    /** No line is for the host; an authority may be. */
    record Unknown(Optional<Place> authority) implements Judgement {}

    /** The host has another key by the line at a place. */
    record Changed(KnownHostLine line) implements Judgement {}

    /** The key must not be accepted. */
    record Revoked(Place line) implements Judgement {}

    /** The certificate is by an authority of the host, and no good. */
    record BadCertificate(Place authority, String reason) implements Judgement {}
  }

  private KnownHosts(List<Path> files) {
    this.files = List.copyOf(files);
  }

  /**
   * Reads files; one that is not there is empty, as for ssh.
   *
   * @throws FwctlException with code FILE_UNREADABLE
   */
  static KnownHosts read(List<Path> files) {
    KnownHosts knownHosts = new KnownHosts(files);
    for (Path file : files) {
      knownHosts.add(file);
    }
    return knownHosts;
  }

  private void add(Path file) {
    String text;
    try {
      text = new String(Files.readAllBytes(file), UTF_8);
    } catch (NoSuchFileException | NotDirectoryException absent) {
      return;
    } catch (IOException e) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.FILE_UNREADABLE,
              "can't read the known_hosts file " + file + ": " + e.getMessage(),
              "make it readable for the user who runs fwctl"),
          e);
    }
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      KnownHostLine.read(line, new Place(file.toString(), number, 1)).ifPresent(this::add);
    }
  }

  private void add(KnownHostLine line) {
    if (line.isPlain()) {
      line.hosts().forEach(host -> plain.computeIfAbsent(host, _ -> new ArrayList<>()).add(line));
    } else {
      others.add(line);
    }
  }

  /** Returns the files that were looked at, also those that were not there. */
  List<Path> files() {
    return files;
  }

  /**
   * Returns the types of host keys to ask for, so that a host with several keys shows the known
   * one; none when nothing is known of the host.
   */
  List<String> knownTypes(String address, int port) {
    List<KnownHostLine> lines = find(name(address, port));
    if (lines.stream().noneMatch(line -> line.marker() == Marker.HOST) && port != DEFAULT_PORT) {
      lines = new ArrayList<>(lines);
      lines.addAll(find(name(address, DEFAULT_PORT)));
    }
    Set<String> types = new LinkedHashSet<>();
    for (KnownHostLine line : lines) {
      switch (line.marker()) {
        case HOST -> {
          // RSA keys have one type and, without SHA-1, these algorithms (RFC 8332).
          if (line.key().type().equals("ssh-rsa")) {
            types.addAll(List.of("rsa-sha2-512", "rsa-sha2-256"));
          } else {
            types.add(line.key().type());
          }
        }
        case AUTHORITY ->
            types.addAll(
                List.of(
                    "ssh-ed25519-cert-v01@openssh.com",
                    "ecdsa-sha2-nistp256-cert-v01@openssh.com",
                    "ecdsa-sha2-nistp384-cert-v01@openssh.com",
                    "ecdsa-sha2-nistp521-cert-v01@openssh.com"));
        case REVOKED -> {}
      }
    }
    return List.copyOf(types);
  }

  /** Says what to think of a key. */
  Judgement judge(String address, int port, PresentedKey presented) {
    List<KnownHostLine> lines = find(name(address, port));
    List<KnownHostLine> withoutPort =
        port == DEFAULT_PORT ? List.of() : find(name(address, DEFAULT_PORT));
    Optional<KnownHostLine> revoked =
        first(lines, Marker.REVOKED, revokes(presented))
            .or(() -> first(withoutPort, Marker.REVOKED, revokes(presented)));
    if (revoked.isPresent()) {
      return new Judgement.Revoked(revoked.get().place());
    }
    Optional<Judgement> bySignature =
        presented.certificate().flatMap(certificate -> judge(lines, certificate));
    if (bySignature.isPresent()) {
      return bySignature.get();
    }
    if (first(lines, Marker.HOST, line -> line.key().equals(presented.key())).isPresent()) {
      return new Judgement.Known();
    }
    Optional<KnownHostLine> sameType =
        first(lines, Marker.HOST, line -> line.key().type().equals(presented.key().type()));
    Optional<KnownHostLine> other = sameType.or(() -> first(lines, Marker.HOST, _ -> true));
    if (other.isPresent()) {
      return new Judgement.Changed(other.get());
    }
    // ssh also takes a key that it knows of the same name at the usual port.
    if (first(withoutPort, Marker.HOST, line -> line.key().equals(presented.key())).isPresent()) {
      return new Judgement.Known();
    }
    return new Judgement.Unknown(
        first(lines, Marker.AUTHORITY, _ -> true).map(KnownHostLine::place));
  }

  private static Optional<Judgement> judge(
      List<KnownHostLine> lines, CertificateClaims certificate) {
    return first(lines, Marker.AUTHORITY, line -> line.key().equals(certificate.authority()))
        .map(KnownHostLine::place)
        .map(
            authority -> {
              if (!certificate.forHosts()) {
                return new Judgement.BadCertificate(authority, "it is a certificate of a user");
              }
              if (certificate.criticalOptions()) {
                return new Judgement.BadCertificate(authority, "it has critical options");
              }
              if (certificate.signatureType().equals("ssh-rsa")
                  || certificate.signatureType().equals("ssh-dss")) {
                return new Judgement.BadCertificate(
                    authority, "it is signed with SHA-1 (" + certificate.signatureType() + ")");
              }
              return new Judgement.Known();
            });
  }

  private static Predicate<KnownHostLine> revokes(PresentedKey presented) {
    return line ->
        line.key().equals(presented.key())
            || presented
                .certificate()
                .filter(certificate -> certificate.authority().equals(line.key()))
                .isPresent();
  }

  private static Optional<KnownHostLine> first(
      List<KnownHostLine> lines, Marker marker, Predicate<KnownHostLine> condition) {
    return lines.stream().filter(line -> line.marker() == marker).filter(condition).findFirst();
  }

  private List<KnownHostLine> find(String name) {
    List<KnownHostLine> found = new ArrayList<>(plain.getOrDefault(name, List.of()));
    others.stream().filter(line -> line.matches(name)).forEach(found::add);
    return found;
  }

  /** Returns the name by which a host stands in the files: {@code host} or {@code [host]:port}. */
  static String name(String address, int port) {
    String lower = address.toLowerCase(Locale.ROOT);
    return port == DEFAULT_PORT ? lower : "[" + lower + "]:" + port;
  }
}
