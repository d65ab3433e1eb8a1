package dev.fwctl.core.policy;

import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.Peers;
import dev.fwctl.model.Policy;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.Traffic;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads one allow or deny. */
final class RuleParser {
  /** Which way packets go that a rule is about. */
  enum Direction {
    INBOUND("inbound", "to", "from"),
    OUTBOUND("outbound", "from", "to");

    private final String key;
    private final String near;
    private final String far;

    Direction(String key, String near, String far) {
      this.key = key;
      this.near = near;
      this.far = far;
    }

    /** Returns the key in a policy document. */
    String key() {
      return key;
    }
  }

  private static final String PORT = "port";
  private static final String CONTAINER_PORT = "container-port";
  private static final String ICMP = "icmp";
  private static final String OPTIONAL = "optional";
  private static final Set<String> TRAFFIC = Set.of(PORT, CONTAINER_PORT, ICMP);
  static final Set<String> KEYS = Set.of("to", "from", PORT, CONTAINER_PORT, ICMP, OPTIONAL);

  private static final Map<String, LocalEnd> INBOUND_WORDS =
      words(
          new LocalEnd.HostItself(),
          new LocalEnd.Published(),
          new LocalEnd.Direct(),
          new LocalEnd.Anything());
  private static final Map<String, LocalEnd> OUTBOUND_WORDS =
      words(new LocalEnd.HostItself(), new LocalEnd.Anything());

  private final Sources sources;
  private final Problems problems;
  private final Shapes shapes;
  private final Ports ports;
  private final Selectors selectors;

  RuleParser(Sources sources, Problems problems) {
    this.sources = sources;
    this.problems = problems;
    this.shapes = new Shapes(problems);
    this.ports = new Ports(shapes);
    this.selectors = new Selectors(shapes, problems);
  }

  private static Map<String, LocalEnd> words(LocalEnd... ends) {
    Map<String, LocalEnd> words = new LinkedHashMap<>();
    for (LocalEnd end : ends) {
      words.put(end.toString(), end);
    }
    return Collections.unmodifiableMap(words);
  }

  Optional<Policy.Rule> parse(Node node, Direction direction) {
    int before = problems.met();
    Optional<Node.Mapping> mapping =
        shapes.mapping(node, "a rule", "write {to: …, port: …, from: …}");
    if (mapping.isEmpty()) {
      return Optional.empty();
    }
    Node.Mapping rule = mapping.get();
    shapes.refuseUnknownKeys(rule, KEYS);
    Optional<LocalEnd> local =
        required(rule, direction.near, direction).flatMap(end -> localEnd(end, direction));
    Optional<Peers> peers =
        required(rule, direction.far, direction)
            .flatMap(end -> sources.peers(end, "'" + direction.far + "'"));
    Optional<Traffic> traffic = traffic(rule);
    local.ifPresent(end -> checkTogether(rule, end, direction));
    boolean optional = rule.get(OPTIONAL).map(this::isTrue).orElse(false);
    if (problems.met() > before || local.isEmpty() || peers.isEmpty() || traffic.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Policy.Rule(local.get(), traffic.get(), peers.get(), optional, rule.place()));
  }

  private Optional<Node> required(Node.Mapping rule, String key, Direction direction) {
    if (Shapes.isMissing(rule, key, KEYS)) {
      shapes.invalid(
          rule.place(),
          "the rule has no '" + key + "'",
          key.equals(direction.near)
              ? "say what on the host it is about, such as '" + key + ": host'"
              : "name sources or addresses, or write '" + key + ": any'");
    }
    return rule.get(key);
  }

  private Optional<LocalEnd> localEnd(Node node, Direction direction) {
    if (node instanceof Node.Mapping mapping) {
      return selectors.parse(mapping).map(LocalEnd.Containers::new);
    }
    Map<String, LocalEnd> words = direction == Direction.INBOUND ? INBOUND_WORDS : OUTBOUND_WORDS;
    String known = String.join(", ", words.keySet());
    String hint = "write " + known + " or {container: NAME}";
    if (node instanceof Node.Sequence) {
      shapes.invalid(
          node.place(),
          "'" + direction.near + "' takes one thing, not a list",
          "write a rule for each");
      return Optional.empty();
    }
    Optional<String> word = shapes.text(node, "'" + direction.near + "'", hint);
    if (word.isEmpty()) {
      return Optional.empty();
    }
    LocalEnd end = words.get(word.get());
    if (end != null) {
      return Optional.of(end);
    }
    String message =
        "'%s' is nothing that %s rule can have as '%s'"
            .formatted(
                word.get(),
                direction == Direction.INBOUND ? "an inbound" : "an outbound",
                direction.near);
    problems.add(
        Problem.at(
            node.place(),
            ErrorCode.DOCUMENT_INVALID,
            message,
            Suggestions.closest(word.get(), words.keySet())
                .map(closest -> "did you mean '" + closest + "'?")
                .orElse(nearHint(word.get(), known))));
    return Optional.empty();
  }

  private static String nearHint(String word, String known) {
    if (INBOUND_WORDS.containsKey(word)) {
      return "write " + known + " or {container: NAME}";
    }
    return Addresses.looksLikeAddress(word)
        ? "an address is a far end; write " + known + " or {container: NAME}"
        : "write {container: " + word + "} for a container, or " + known;
  }

  private Optional<Traffic> traffic(Node.Mapping rule) {
    List<Node.Entry> given =
        rule.entries().values().stream()
            .filter(entry -> TRAFFIC.contains(entry.key().text()))
            .toList();
    if (given.size() > 1) {
      shapes.invalid(
          given.get(1).key().place(),
          "a rule has '"
              + given.get(0).key().text()
              + "' or '"
              + given.get(1).key().text()
              + "', not both",
          "write a rule for each");
    }
    if (rule.get(ICMP).isPresent()) {
      return icmp(rule.get(ICMP).get());
    }
    Optional<List<ProtocolPorts>> dialled = rule.get(PORT).map(node -> ports.parse(node, "'port'"));
    Optional<List<ProtocolPorts>> inner =
        rule.get(CONTAINER_PORT).map(node -> ports.parse(node, "'container-port'"));
    if (dialled.isPresent()) {
      return dialled.filter(found -> !found.isEmpty()).map(Traffic.Ports::new);
    }
    return inner.isPresent()
        ? inner.filter(found -> !found.isEmpty()).map(Traffic.ContainerPorts::new)
        : Optional.of(new Traffic.All());
  }

  private Optional<Traffic> icmp(Node node) {
    List<String> labels = Arrays.stream(IcmpKind.values()).map(IcmpKind::label).toList();
    Optional<String> label =
        shapes.text(node, "'icmp'", "write one of " + String.join(", ", labels));
    if (label.isEmpty()) {
      return Optional.empty();
    }
    Optional<IcmpKind> kind = IcmpKind.parse(label.get());
    if (kind.isEmpty()) {
      String hint =
          switch (label.get()) {
            case "ping", "echo" -> "did you mean 'echo-request'?";
            default ->
                Suggestions.closest(label.get(), labels)
                    .map(closest -> "did you mean '" + closest + "'?")
                    .orElse(
                        "write one of "
                            + String.join(", ", labels)
                            + "; ICMP errors, replies and what IPv6 needs are always let through");
          };
      shapes.invalid(node.place(), "unknown ICMP message '" + label.get() + "'", hint);
    }
    return kind.map(Traffic.Icmp::new);
  }

  /** Refuses traffic that the near end has no such thing of. */
  private void checkTogether(Node.Mapping rule, LocalEnd end, Direction direction) {
    if (end instanceof LocalEnd.Direct) {
      rule.entries().values().stream()
          .filter(entry -> TRAFFIC.contains(entry.key().text()))
          .forEach(
              entry ->
                  shapes.invalid(
                      entry.key().place(),
                      "'direct' takes no '%s': rules can't tell containers apart by their addresses, which change"
                          .formatted(entry.key().text()),
                      "leave it out"));
      return;
    }
    rule.entry(CONTAINER_PORT)
        .filter(_ -> direction == Direction.OUTBOUND || !(end instanceof LocalEnd.Containers))
        .ifPresent(
            entry ->
                shapes.invalid(
                    entry.key().place(),
                    "'container-port' is only for inbound rules to containers",
                    direction == Direction.OUTBOUND
                        ? "write 'port', the port of the far end"
                        : "name the containers in 'to', or write 'port', the port that a client dials"));
    rule.entry(ICMP)
        .filter(
            _ ->
                direction == Direction.INBOUND
                    && (end instanceof LocalEnd.Containers || end instanceof LocalEnd.Published))
        .ifPresent(
            entry ->
                shapes.invalid(
                    entry.key().place(),
                    "published ports get no ICMP; the host answers it",
                    "write 'to: host'"));
  }

  private boolean isTrue(Node node) {
    if (node instanceof Node.Scalar scalar && scalar.plain() && scalar.tag().isEmpty()) {
      switch (scalar.text()) {
        case "true", "True", "TRUE" -> {
          return true;
        }
        case "false", "False", "FALSE" -> {
          return false;
        }
        default -> {
          // Falls to the problem below.
        }
      }
    }
    shapes.invalid(node.place(), "'optional' must be true or false", "write 'optional: true'");
    return false;
  }
}
