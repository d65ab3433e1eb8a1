package dev.fwctl.plugin.iptables;

import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All of a host that bears on its rules besides its intent; the same on all hosts of one kind.
 *
 * @param variant the kind of iptables to write to
 * @param families the families that the host speaks and has tools for
 * @param forwardHooks the chain of the filter table from which routed packets are rejected, by
 *     family
 * @param ipset whether address sets can be made
 * @param bridges the ways to containers
 * @param noReject why nothing can be rejected, if so
 */
record Ground(
    Variant variant,
    List<Family> families,
    Map<Family, String> forwardHooks,
    boolean ipset,
    DockerBridges bridges,
    Optional<Problem> noReject) {

  static Ground of(HostFacts facts) {
    FirewallFacts firewall = facts.firewall();
    Variant variant = IptablesBackend.variant(firewall);
    List<Family> families =
        facts.network().ipv6() && firewall.ip6tables()
            ? List.of(Family.IPV4, Family.IPV6)
            : List.of(Family.IPV4);
    return new Ground(
        variant,
        families,
        families.stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    family -> family, family -> forwardHook(firewall, variant, family))),
        firewall.ipset(),
        DockerBridges.of(facts),
        noReject(firewall));
  }

  /** Returns a sentence for each part; they are equal where the grounds are, and only there. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    words.add("rules are written with iptables-" + IptablesBackend.word(variant));
    for (Family family : families) {
      words.add(family.label() + " is guarded, routed packets in " + forwardHook(family));
    }
    words.add(ipset ? "ipset is installed" : "ipset is not installed");
    bridges.names().forEach(name -> words.add("interface " + name + " leads to containers"));
    bridges.foreign().forEach(name -> words.add("interface " + name + " is a bridge of others"));
    noReject.ifPresent(problem -> words.add("nothing can be rejected: " + problem.message()));
    return List.copyOf(words);
  }

  /** Returns the chain from which routed packets of a family are rejected. */
  String forwardHook(Family family) {
    return forwardHooks.getOrDefault(family, OwnNames.FORWARD);
  }

  /** Docker keeps its user's chain in front of its own rules, also when it starts again. */
  private static String forwardHook(FirewallFacts firewall, Variant variant, Family family) {
    return firewall
        .ruleset(family, variant)
        .flatMap(ruleset -> ruleset.table(OwnNames.FILTER))
        .flatMap(table -> table.chain(OwnNames.DOCKER_USER))
        .map(chain -> OwnNames.DOCKER_USER)
        .orElse(OwnNames.FORWARD);
  }

  private static Optional<Problem> noReject(FirewallFacts firewall) {
    return firewall.hidden().stream()
        .filter(hidden -> Set.of(OwnNames.FILTER, OwnNames.SECURITY).contains(hidden.name()))
        .findFirst()
        .map(IptablesBackend::hiddenTable)
        .or(() -> MarkRewriters.find(firewall));
  }
}
