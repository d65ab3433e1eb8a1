package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.IpAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a probe is sent to.
 *
 * @param protocol the protocol
 * @param address the destination
 * @param port 1 to 65535; 0 for ICMP
 */
public record Target(Protocol protocol, IpAddress address, int port) {
  /** How a probe asks. */
  public enum Protocol {
    /** A connection. */
    TCP,
    /** A datagram, to something that sends one back. */
    UDP,
    /** An echo request of ICMP or ICMPv6. */
    ICMP
  }

  private static final Pattern FORM =
      Pattern.compile("(\\[[^\\]]+\\]|[^:/\\[\\]]+)(?::([0-9]{1,5}))?(?:/(tcp|udp|icmp))?");

  public Target {
    requireNonNull(protocol, "protocol is null");
    requireNonNull(address, "address is null");
    if (protocol == Protocol.ICMP ? port != 0 : port < 1 || port > 65535) {
      throw new IllegalArgumentException("no port of " + protocol + ": " + port);
    }
  }

  public static Target tcp(IpAddress address, int port) {
    return new Target(Protocol.TCP, address, port);
  }

  public static Target udp(IpAddress address, int port) {
    return new Target(Protocol.UDP, address, port);
  }

  public static Target icmp(IpAddress address) {
    return new Target(Protocol.ICMP, address, 0);
  }

  /**
   * Parses {@code HOST:PORT}, {@code HOST:PORT/udp} or {@code HOST/icmp}, where HOST is an IPv4
   * address, an IPv6 address in brackets, or a name.
   *
   * @param names resolves a name
   * @throws dev.fwctl.model.FwctlException if it is none of these
   */
  static Target parse(String text, Function<String, Optional<IpAddress>> names) {
    Matcher matcher = FORM.matcher(text);
    if (matcher.matches()) {
      String host = matcher.group(1);
      Optional<IpAddress> address =
          host.startsWith("[")
              ? IpAddress.parse(host.substring(1, host.length() - 1))
              : IpAddress.parse(host).or(() -> names.apply(host));
      String label = Optional.ofNullable(matcher.group(3)).orElse("tcp");
      Protocol protocol = Protocol.valueOf(label.toUpperCase(Locale.ROOT));
      int port = Optional.ofNullable(matcher.group(2)).map(Integer::parseInt).orElse(0);
      if (address.isPresent()
          && (protocol == Protocol.ICMP ? matcher.group(2) == null : port >= 1 && port <= 65535)) {
        return new Target(protocol, address.get(), port);
      }
    }
    throw LabProblem.of(
        "'" + text + "' is nothing that a probe can be sent to",
        "write HOST:PORT, HOST:PORT/udp or HOST/icmp; HOST is a host of the lab, an IPv4 address or"
            + " an IPv6 address in brackets");
  }

  /** Returns the form that the probe program reads. */
  String argument() {
    String text = protocol.name().toLowerCase(Locale.ROOT) + "/" + address;
    return protocol == Protocol.ICMP ? text : text + "/" + port;
  }
}
