package dev.fwctl.core.policy;

import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.core.policy.RuleParser.Direction;
import dev.fwctl.model.Assertion;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the assertions of a repository, document by document. */
final class AssertionParser {
  private static final String HOSTS = "hosts";
  private static final Set<String> KINDS =
      Arrays.stream(Assertion.Kind.values())
          .map(Assertion.Kind::label)
          .collect(Collectors.toUnmodifiableSet());
  private static final Set<String> KEYS = Set.of(HOSTS, "never", "only", "always");
  private static final String EXAMPLE = "write {never: {from: …, to: …}}, or 'only' or 'always'";

  private final Shapes shapes;
  private final Names names;
  private final RuleParser rules;
  private final Problems problems;
  private final List<Assertion> assertions = new ArrayList<>();

  AssertionParser(Sources sources, Problems problems) {
    this.problems = problems;
    this.shapes = new Shapes(problems);
    this.names = new Names("assertion", problems);
    this.rules = new RuleParser(sources, problems);
  }

  /** Returns the assertions without a problem, as they were met. */
  List<Assertion> assertions() {
    return List.copyOf(assertions);
  }

  /** Takes in the assertions of one document. */
  void parse(Node node) {
    shapes
        .mapping(node, "'assertions'", "write 'NAME: {never: {from: …, to: …}}' for each")
        .ifPresent(mapping -> mapping.entries().values().forEach(this::parse));
  }

  private void parse(Node.Entry entry) {
    int before = problems.met();
    names.declare(entry);
    String name = entry.key().text();
    Optional<Node.Mapping> mapping =
        shapes.mapping(entry.value(), "assertion '" + name + "'", EXAMPLE);
    if (mapping.isEmpty()) {
      return;
    }
    shapes.refuseUnknownKeys(mapping.get(), KEYS);
    Optional<Assertion.Selection> hosts =
        mapping
            .get()
            .get(HOSTS)
            .flatMap(
                node ->
                    shapes
                        .text(node, "'hosts'", PolicyParser.HOSTS_HINT)
                        .map(pattern -> new Assertion.Selection(pattern, node.place())));
    List<Node.Entry> said =
        mapping.get().entries().values().stream()
            .filter(one -> KINDS.contains(one.key().text()))
            .toList();
    if (said.isEmpty()
        && KINDS.stream().allMatch(kind -> Shapes.isMissing(mapping.get(), kind, KEYS))) {
      shapes.invalid(entry.key().place(), "assertion '" + name + "' says nothing", EXAMPLE);
    } else if (said.size() > 1) {
      shapes.invalid(
          said.get(1).key().place(),
          "an assertion has '%s' or '%s', not both"
              .formatted(said.get(0).key().text(), said.get(1).key().text()),
          "write an assertion for each");
    }
    for (Node.Entry one : said) {
      Optional<Policy.Rule> rule = rules.parse(one.value(), Direction.INBOUND);
      Assertion.Kind kind = kind(one);
      if (rule.isPresent()
          && kind == Assertion.Kind.ONLY
          && rule.get().peers().addresses().isAny()) {
        shapes.invalid(
            one.key().place(),
            "'only' from anybody says nothing",
            "name in 'from' who may reach it, or remove the assertion");
      }
      if (rule.isPresent()
          && kind == Assertion.Kind.ALWAYS
          && rule.get().local() instanceof LocalEnd.Direct) {
        shapes.invalid(
            one.key().place(),
            "'always' can't be said of 'direct', which depends on routers elsewhere",
            "write 'never' or 'only', or name what is to be reached");
      }
      if (rule.isPresent() && problems.met() == before) {
        assertions.add(new Assertion(name, kind, rule.get(), hosts, entry.key().place()));
      }
    }
  }

  private static Assertion.Kind kind(Node.Entry entry) {
    return Arrays.stream(Assertion.Kind.values())
        .filter(kind -> kind.label().equals(entry.key().text()))
        .findFirst()
        .orElseThrow();
  }
}
