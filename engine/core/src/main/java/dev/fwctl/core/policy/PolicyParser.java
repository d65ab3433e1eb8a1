package dev.fwctl.core.policy;

import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.core.policy.RuleParser.Direction;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import dev.fwctl.model.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the policies of a repository, document by document. */
final class PolicyParser {
  private static final String HOSTS = "hosts";
  private static final String EXTERNAL = "external";
  private static final String DEFAULT = "default";
  private static final String ALLOW = "allow";
  private static final String DENY = "deny";
  private static final Set<String> KEYS =
      Set.of(HOSTS, EXTERNAL, Direction.INBOUND.key(), Direction.OUTBOUND.key());
  private static final Set<String> DIRECTION_KEYS = Set.of(DEFAULT, ALLOW, DENY);

  static final String HOSTS_HINT =
      "write a host pattern, such as 'all' or 'web:&prod'; quote one that begins with '&', '*' or '!'";

  /**
   * What people call interfaces: less than the kernel takes (dev_valid_name in net/core/dev.c), and
   * nothing that a firewall takes for a pattern or a quote.
   */
  private static final Pattern INTERFACE = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,15}");

  private final Shapes shapes;
  private final Names names;
  private final RuleParser rules;
  private final List<Policy> policies = new ArrayList<>();

  PolicyParser(Sources sources, Problems problems) {
    this.names = new Names("policy", problems);
    this.shapes = new Shapes(problems);
    this.rules = new RuleParser(sources, problems);
  }

  /** Returns the policies without a problem, as they were met. */
  List<Policy> policies() {
    return List.copyOf(policies);
  }

  /** Takes in the policies of one document. */
  void parse(Node node) {
    shapes
        .mapping(node, "'policies'", "write 'NAME: {hosts: …, inbound: …}' for each")
        .ifPresent(mapping -> mapping.entries().values().forEach(this::parse));
  }

  private void parse(Node.Entry entry) {
    String name = entry.key().text();
    Place place = entry.key().place();
    names.declare(entry);
    Optional<Node.Mapping> mapping =
        shapes.mapping(entry.value(), "policy '" + name + "'", "write {hosts: …, inbound: …}");
    if (mapping.isEmpty()) {
      return;
    }
    Node.Mapping policy = mapping.get();
    shapes.refuseUnknownKeys(policy, KEYS);
    Optional<Node> hostsNode = policy.get(HOSTS);
    if (Shapes.isMissing(policy, HOSTS, KEYS)) {
      shapes.invalid(
          place,
          "policy '" + name + "' has no 'hosts'",
          "say which hosts it is for, such as 'hosts: all'");
    }
    if (KEYS.stream()
        .filter(key -> !key.equals(HOSTS))
        .allMatch(key -> Shapes.isMissing(policy, key, KEYS))) {
      shapes.invalid(
          place, "policy '" + name + "' says nothing", "add 'inbound' or 'outbound', or remove it");
    }
    Optional<String> hosts = hostsNode.flatMap(node -> shapes.text(node, "'hosts'", HOSTS_HINT));
    List<Policy.ExternalInterface> external =
        policy.get(EXTERNAL).map(this::external).orElse(List.of());
    Optional<Policy.Rules> inbound = direction(policy, Direction.INBOUND);
    Optional<Policy.Rules> outbound = direction(policy, Direction.OUTBOUND);
    if (hosts.isPresent() && hostsNode.isPresent()) {
      policies.add(
          new Policy(
              name, hosts.get(), hostsNode.get().place(), external, inbound, outbound, place));
    }
  }

  private List<Policy.ExternalInterface> external(Node node) {
    String hint = "name interfaces, as in [eth0]; leave it out for those with a default route";
    List<Policy.ExternalInterface> interfaces = new ArrayList<>();
    for (Node item : shapes.items(node, "'external'", hint)) {
      Optional<String> name = shapes.text(item, "'external'", hint);
      if (name.isEmpty()) {
        continue;
      }
      if (name.get().equals("lo")) {
        shapes.invalid(item.place(), "'lo' faces nobody outside", hint);
      } else if (!INTERFACE.matcher(name.get()).matches()) {
        shapes.invalid(
            item.place(),
            "'" + name.get() + "' can't name an interface",
            "write the name in full, as 'ip link' shows it, at most 15 characters; patterns are not supported");
      } else {
        interfaces.add(new Policy.ExternalInterface(name.get(), item.place()));
      }
    }
    return interfaces;
  }

  private Optional<Policy.Rules> direction(Node.Mapping policy, Direction direction) {
    Optional<Node.Entry> entry = policy.entry(direction.key());
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    Optional<Node.Mapping> mapping =
        shapes.mapping(
            entry.get().value(),
            "'" + direction.key() + "'",
            "say 'default', 'allow' or 'deny' in it");
    if (mapping.isEmpty()) {
      return Optional.empty();
    }
    shapes.refuseUnknownKeys(mapping.get(), DIRECTION_KEYS);
    return Optional.of(
        new Policy.Rules(
            mapping.get().get(DEFAULT).flatMap(this::fallback),
            rules(mapping.get(), ALLOW, direction),
            rules(mapping.get(), DENY, direction),
            entry.get().key().place()));
  }

  private Optional<Policy.Fallback> fallback(Node node) {
    List<String> labels = Arrays.stream(DefaultAction.values()).map(DefaultAction::label).toList();
    String known = "write one of " + String.join(", ", labels);
    Optional<String> label = shapes.text(node, "'default'", known);
    Optional<DefaultAction> action = label.flatMap(DefaultAction::parse);
    if (label.isPresent() && action.isEmpty()) {
      String hint =
          switch (label.get()) {
            case "deny", "block" -> "did you mean 'drop'?";
            case "allow" -> "did you mean 'accept'?";
            default -> "";
          };
      if (hint.isEmpty()) {
        shapes.suggest(
            node.place(),
            ErrorCode.DOCUMENT_INVALID,
            "unknown default '" + label.get() + "'",
            label.get(),
            labels,
            "defaults");
      } else {
        shapes.invalid(node.place(), "unknown default '" + label.get() + "'", hint);
      }
    }
    return action.map(found -> new Policy.Fallback(found, node.place()));
  }

  private List<Policy.Rule> rules(Node.Mapping mapping, String key, Direction direction) {
    List<Policy.Rule> parsed = new ArrayList<>();
    mapping
        .get(key)
        .map(node -> shapes.items(node, "'" + key + "'", "remove it, or write a rule in it"))
        .orElse(List.of())
        .forEach(node -> rules.parse(node, direction).ifPresent(parsed::add));
    return parsed;
  }
}
