package dev.fwctl.core.explain;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.Problem;
import dev.fwctl.model.TransportProtocol;
import java.util.Optional;

/**
 * What a person asks: which packet, from where to where.
 *
 * @param from the packet's source
 * @param sourcePort its source port, if that matters
 * @param to where it is bound
 * @param service what it asks for there
 * @param in the interface that it comes in by, if that is said
 */
public record Question(
    IpAddress from,
    Optional<Integer> sourcePort,
    Destination to,
    Service service,
    Optional<String> in) {
  private static final String TO_FORMS =
      "such as ':8081/tcp', '192.0.2.10:8081/tcp', '[2001:db8::1]:53/udp',"
          + " 'container/NAME:8080/tcp' or, for a ping, '192.0.2.10/icmp'";
  private static final String CONTAINER = "container/";

  public Question {
    requireNonNull(from, "from is null");
    requireNonNull(sourcePort, "sourcePort is null");
    requireNonNull(to, "to is null");
    requireNonNull(service, "service is null");
    requireNonNull(in, "in is null");
  }

  public Family family() {
    return from.family();
  }

  /** Where a packet is bound. */
  public sealed interface Destination {
    /** An address by which the host faces outside, whichever it is. */
    record Host() implements Destination {}

    /** A given address, of the host or of somebody else. */
    record Address(IpAddress address) implements Destination {
      public Address {
        requireNonNull(address, "address is null");
      }
    }

    /** A container's own address, as its neighbours and direct routes lead to it. */
    record ToContainer(String name) implements Destination {
      public ToContainer {
        requireNonNull(name, "name is null");
      }
    }
  }

  /** What a packet asks for. */
  public sealed interface Service {
    /** A port, 1 to 65535. */
    record Port(TransportProtocol protocol, int port) implements Service {
      public Port {
        requireNonNull(protocol, "protocol is null");
      }

      @Override
      public String toString() {
        return ":" + port + "/" + protocol;
      }
    }

    /** An ICMP or ICMPv6 message. */
    record Icmp(IcmpKind kind) implements Service {
      public Icmp {
        requireNonNull(kind, "kind is null");
      }

      @Override
      public String toString() {
        return "/" + kind;
      }
    }
  }

  /**
   * Reads a question as it is typed.
   *
   * @param from {@code ADDRESS}, {@code ADDRESS:PORT} or {@code [ADDRESS]:PORT}
   * @param to {@code [WHERE][:PORT]/PROTOCOL}
   * @throws FwctlException with code USAGE
   */
  public static Question parse(String from, String to, Optional<String> in) {
    Ends source = ends(from);
    IpAddress address =
        IpAddress.parse(source.where())
            .orElseThrow(
                () ->
                    usage(
                        "--from: '" + from + "' is no address",
                        "name one, such as 203.0.113.7, 203.0.113.7:40000 or 2001:db8::7"));
    Optional<Integer> sourcePort = source.port().map(text -> port("--from", text));
    int slash = to.lastIndexOf('/');
    String protocol = to.substring(slash + 1);
    Service service;
    String where;
    Optional<TransportProtocol> transport = TransportProtocol.parse(protocol);
    if (slash < 0 && icmp(to).isEmpty()) {
      throw usage("--to: '" + to + "' names no protocol", "say it behind a slash, " + TO_FORMS);
    }
    if (transport.isPresent()) {
      Ends ends = ends(to.substring(0, slash));
      String port =
          ends.port()
              .orElseThrow(
                  () ->
                      usage(
                          "--to: '" + to + "' names no port", "say it with a colon, " + TO_FORMS));
      service = new Service.Port(transport.get(), port("--to", port));
      where = ends.where();
    } else {
      service =
          new Service.Icmp(
              icmp(protocol)
                  .filter(kind -> kind.existsIn(address.family()))
                  .orElseThrow(
                      () ->
                          usage(
                              "--to: '"
                                  + protocol
                                  + "' is no protocol that packets of "
                                  + address.family().label()
                                  + " are asked for by",
                              "there are tcp, udp, sctp, icmp, echo-request and timestamp-request, "
                                  + TO_FORMS)));
      where = unbracketed(to.substring(0, Math.max(0, slash)));
    }
    Question question = new Question(address, sourcePort, destination(to, where), service, in);
    if (question.to() instanceof Destination.Address it
        && it.address().family() != address.family()) {
      throw usage(
          "--from and --to are of two families: " + address + " and " + it.address(),
          "name two addresses of IPv4, or two of IPv6");
    }
    if (sourcePort.isPresent() && service instanceof Service.Icmp) {
      throw usage("--from names a port, which " + protocol + " does not have", "leave it out");
    }
    return question;
  }

  private static Destination destination(String to, String where) {
    if (where.isEmpty()) {
      return new Destination.Host();
    }
    if (where.startsWith(CONTAINER) && where.length() > CONTAINER.length()) {
      return new Destination.ToContainer(where.substring(CONTAINER.length()));
    }
    return new Destination.Address(
        IpAddress.parse(where)
            .orElseThrow(
                () ->
                    usage(
                        "--to: '" + where + "' in '" + to + "' is no address",
                        "name one or leave it out, " + TO_FORMS)));
  }

  /** A place and the port behind its last colon. */
  private record Ends(String where, Optional<String> port) {}

  private static Ends ends(String text) {
    int colon = text.lastIndexOf(':');
    boolean bare = IpAddress.parse(text).isPresent() || colon < 0 || text.endsWith("]");
    return bare
        ? new Ends(unbracketed(text), Optional.empty())
        : new Ends(unbracketed(text.substring(0, colon)), Optional.of(text.substring(colon + 1)));
  }

  private static String unbracketed(String text) {
    return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
  }

  private static int port(String option, String text) {
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
    if (port < 1 || port > 65535) {
      throw usage(option + ": '" + text + "' is no port", "ports are 1 to 65535");
    }
    return port;
  }

  private static Optional<IcmpKind> icmp(String word) {
    return word.equals("icmp")
        ? Optional.of(IcmpKind.ECHO_REQUEST)
        : IcmpKind.parse(word).filter(kind -> kind != IcmpKind.ANY);
  }

  private static FwctlException usage(String message, String hint) {
    return new FwctlException(Problem.of(ErrorCode.USAGE, message, hint));
  }
}
