package dev.fwctl.core.policy;

import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.Place;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.TransportProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads ports such as {@code 80/tcp} and {@code 8000-8010/udp}, and says what was meant by those
 * that are none.
 */
final class Ports {
  private static final Pattern PORTS = Pattern.compile("([0-9]+)(?:-([0-9]+))?(?:/(.*))?");
  private static final Pattern MAPPED = Pattern.compile("([0-9]+):([0-9]+)(/.*)?");
  private static final Set<String> EVERYTHING = Set.of("any", "all", "*");
  private static final String HINT = "write a port and its protocol, as in 80/tcp or 8000-8010/udp";

  private final Shapes shapes;

  Ports(Shapes shapes) {
    this.shapes = shapes;
  }

  /**
   * Returns the ports of a list or of a single text; fewer than there are when some are no ports.
   */
  List<ProtocolPorts> parse(Node node, String what) {
    List<ProtocolPorts> ports = new ArrayList<>();
    for (Node item : shapes.items(node, what, "leave it out for every port")) {
      shapes
          .text(item, what, HINT)
          .flatMap(text -> parse(text, item.place()))
          .filter(found -> !ports.contains(found))
          .ifPresent(ports::add);
    }
    return List.copyOf(ports);
  }

  private Optional<ProtocolPorts> parse(String text, Place place) {
    Matcher matcher = PORTS.matcher(text);
    if (text.indexOf(',') >= 0 || !matcher.matches()) {
      shapes.invalid(place, "'" + text + "' is not a port", meant(text));
      return Optional.empty();
    }
    String first = matcher.group(1);
    String last = Optional.ofNullable(matcher.group(2)).orElse(first);
    Optional<String> label = Optional.ofNullable(matcher.group(3));
    for (String number : first.equals(last) ? List.of(first) : List.of(first, last)) {
      if (number.startsWith("0") || number.length() > 5 || Integer.parseInt(number) > 65535) {
        shapes.invalid(
            place,
            "port " + number + " is out of range",
            number.length() > 1 && number.startsWith("0")
                ? "write it without leading zeros"
                : "ports are 1 to 65535");
        return Optional.empty();
      }
    }
    String ports =
        text.substring(
            0, label.map(name -> text.length() - name.length() - 1).orElse(text.length()));
    if (label.isEmpty()) {
      shapes.invalid(
          place,
          "port " + ports + " has no protocol",
          "did you mean " + ports + "/tcp? write " + ports + "/udp for UDP");
      return Optional.empty();
    }
    Optional<TransportProtocol> protocol = TransportProtocol.parse(label.get());
    if (protocol.isEmpty()) {
      unknownProtocol(ports, label.get(), place);
      return Optional.empty();
    }
    int from = Integer.parseInt(first);
    int to = Integer.parseInt(last);
    if (from > to) {
      shapes.invalid(
          place,
          "range " + ports + " is reversed",
          "did you mean " + to + "-" + from + "/" + label.get() + "?");
      return Optional.empty();
    }
    return Optional.of(new ProtocolPorts(protocol.get(), new PortRange(from, to)));
  }

  private void unknownProtocol(String ports, String label, Place place) {
    if (label.contains("icmp")) {
      shapes.invalid(place, "ICMP has no ports", "write 'icmp: echo-request' in place of 'port'");
      return;
    }
    List<String> labels =
        Arrays.stream(TransportProtocol.values()).map(TransportProtocol::label).toList();
    shapes.invalid(
        place,
        "unknown protocol '" + label + "'",
        Suggestions.closest(label, labels)
            .map(closest -> "did you mean " + ports + "/" + closest + "?")
            .orElse("protocols with ports are " + String.join(", ", labels)));
  }

  private static String meant(String text) {
    if (EVERYTHING.contains(text)) {
      return "leave it out for every port";
    }
    if (text.indexOf(',') >= 0) {
      return "write a list, as in [80/tcp, 443/tcp]";
    }
    Matcher mapped = MAPPED.matcher(text);
    if (mapped.matches()) {
      return "name one port: 'port' is the one that a client dials, %s, 'container-port' the one inside, %s"
          .formatted(mapped.group(1), mapped.group(2));
    }
    return HINT;
  }
}
