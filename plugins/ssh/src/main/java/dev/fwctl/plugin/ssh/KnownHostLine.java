package dev.fwctl.plugin.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Glob;
import dev.fwctl.model.Place;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One line of a {@code known_hosts} file. Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
 *
 * @param place where it stands
 * @param marker what it says of the key
 * @param hosts the names that it is for, as written, in lower case unless hashed
 * @param type the type of the key as written
 * @param key the key
 */
record KnownHostLine(Place place, Marker marker, List<String> hosts, String type, EncodedKey key) {
  private static final String HASHED = "|1|";

  /** What a line says of its key. */
  enum Marker {
    /** It is the host's. */
    HOST,
    /** It signs certificates of hosts. */
    AUTHORITY,
    /** It must not be accepted. */
    REVOKED
  }

  KnownHostLine {
    requireNonNull(place, "place is null");
    requireNonNull(marker, "marker is null");
    hosts = List.copyOf(hosts);
    requireNonNull(type, "type is null");
    requireNonNull(key, "key is null");
  }

  /** Reads a line; comments, empty lines and what ssh would not understand either are nothing. */
  static Optional<KnownHostLine> read(String text, Place place) {
    String line = text.strip();
    if (line.isEmpty() || line.startsWith("#")) {
      return Optional.empty();
    }
    List<String> fields = List.of(line.split("\\s+"));
    Marker marker =
        switch (fields.getFirst()) {
          case "@cert-authority" -> Marker.AUTHORITY;
          case "@revoked" -> Marker.REVOKED;
          default -> Marker.HOST;
        };
    int first = marker == Marker.HOST ? 0 : 1;
    if (fields.size() < first + 3 || (first == 0 && line.startsWith("@"))) {
      return Optional.empty();
    }
    String names = fields.get(first);
    List<String> hosts =
        names.startsWith(HASHED)
            ? List.of(names)
            : List.of(names.toLowerCase(Locale.ROOT).split(","));
    EncodedKey key = new EncodedKey(fields.get(first + 2));
    if (key.type().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new KnownHostLine(place, marker, hosts, fields.get(first + 1), key));
  }

  /** Tells whether the line names its hosts plainly, so that they can be looked up. */
  boolean isPlain() {
    return hosts.stream()
        .noneMatch(
            host ->
                host.startsWith(HASHED)
                    || host.startsWith("!")
                    || host.indexOf('*') >= 0
                    || host.indexOf('?') >= 0);
  }

  /**
   * Tells whether the line is for a name: {@code host}, or {@code [host]:port} where the port is
   * not 22; in lower case.
   */
  boolean matches(String name) {
    boolean found = false;
    for (String host : hosts) {
      if (host.startsWith("!")) {
        if (new Glob(host.substring(1)).matches(name)) {
          return false;
        }
      } else if (host.startsWith(HASHED) ? isHashOf(host, name) : new Glob(host).matches(name)) {
        found = true;
      }
    }
    return found;
  }

  private static boolean isHashOf(String hashed, String name) {
    String[] parts = hashed.split("\\|");
    if (parts.length != 4) {
      return false;
    }
    try {
      byte[] salt = Base64.getDecoder().decode(parts[2]);
      byte[] hash = Base64.getDecoder().decode(parts[3]);
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(salt, "HmacSHA1"));
      return MessageDigest.isEqual(hash, mac.doFinal(name.getBytes(UTF_8)));
    } catch (IllegalArgumentException malformed) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
