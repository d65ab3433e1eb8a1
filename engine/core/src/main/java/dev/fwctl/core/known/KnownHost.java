package dev.fwctl.core.known;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.facts.UnseenRules;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.ListenerFacts;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a host that packets are followed through.
 *
 * @param name what it is called in the answer
 * @param network its interfaces, addresses and routes, if they are known
 * @param docker its containers, if they are known
 * @param ssh where its SSH servers listen, if that is known
 * @param listeners where all its programs listen, if that is known
 * @param rules its tables by their family
 * @param sets the address sets that are known
 * @param remarks what should be known of all this, a sentence each
 * @param unseen what may decide on packets and is not known, a sentence each
 */
public record KnownHost(
    String name,
    Optional<NetworkFacts> network,
    Optional<DockerFacts> docker,
    Optional<SshFacts> ssh,
    Optional<ListenerFacts> listeners,
    Map<Family, List<Table>> rules,
    List<NamedSet> sets,
    List<String> remarks,
    List<String> unseen) {
  public KnownHost {
    requireNonNull(name, "name is null");
    requireNonNull(network, "network is null");
    requireNonNull(docker, "docker is null");
    requireNonNull(ssh, "ssh is null");
    requireNonNull(listeners, "listeners is null");
    rules = Map.copyOf(rules);
    sets = List.copyOf(sets);
    remarks = List.copyOf(remarks);
    unseen = List.copyOf(unseen);
  }

  /** Returns a host without rules of which only these facts are known. */
  public static KnownHost of(String name, HostFacts facts) {
    Optional<DockerFacts> docker = facts.find(DockerFacts.class);
    List<String> remarks = new ArrayList<>();
    if (!facts.find(NftablesFacts.class).map(NftablesFacts::known).orElse(false)
        && facts.find(NetworkFacts.class).isPresent()) {
      remarks.add("not known: whether there are rules of nftables, which iptables does not show");
    }
    return new KnownHost(
        name,
        facts.find(NetworkFacts.class),
        docker,
        facts.find(SshFacts.class),
        facts.find(ListenerFacts.class).filter(ListenerFacts::known),
        Map.of(),
        facts.find(FirewallFacts.class).map(FirewallFacts::sets).orElse(List.of()),
        remarks,
        UnseenRules.ofNftables(facts));
  }

  /**
   * Returns the same with the rules of its facts.
   *
   * @throws FwctlException with code HOST_UNSUITABLE when rules of both kinds of iptables are in
   *     force, of which it is not known which come first
   */
  public KnownHost with(FirewallFacts firewall) {
    Map<Family, List<Table>> known = new EnumMap<>(Family.class);
    for (Family family : Family.values()) {
      List<Ruleset> rulesets =
          firewall.rulesets().stream()
              .filter(ruleset -> ruleset.family() == family && ruleset.decides())
              .toList();
      if (rulesets.size() > 1) {
        throw new FwctlException(
            Problem.of(
                ErrorCode.HOST_UNSUITABLE,
                "on %s rules of iptables-nft and of iptables-legacy are in force together"
                    .formatted(name),
                "save those of one kind into a file and follow the packet through them with"
                    + " --rules FILE"));
      }
      known.put(family, rulesets.isEmpty() ? List.of() : rulesets.getFirst().tables());
    }
    List<String> more = new ArrayList<>(unseen);
    more.addAll(UnseenRules.hidden(firewall));
    return new KnownHost(name, network, docker, ssh, listeners, known, sets, remarks, more);
  }

  /** Returns the same by another name. */
  public KnownHost called(String other) {
    return new KnownHost(other, network, docker, ssh, listeners, rules, sets, remarks, unseen);
  }

  /** Returns the same with other rules. */
  public KnownHost with(Map<Family, List<Table>> others, List<String> more) {
    List<String> all = new ArrayList<>(remarks);
    all.addAll(more);
    return new KnownHost(name, network, docker, ssh, listeners, others, sets, all, unseen);
  }

  /**
   * Returns a host as it answered.
   *
   * @throws FwctlException when it did not, or did not tell of its network or its rules
   */
  public static KnownHost of(String name, HostReading reading) {
    HostReading.Gathered gathered =
        switch (reading) {
          case HostReading.Failed failed -> throw failed.failure();
          case HostReading.Gathered it -> it;
        };
    HostFacts facts = gathered.facts();
    if (facts.find(NetworkFacts.class).isEmpty() || facts.find(FirewallFacts.class).isEmpty()) {
      throw new FwctlException(gathered.obstacles());
    }
    KnownHost host = of(name, facts).with(facts.firewall());
    return host.with(
        host.rules,
        gathered.obstacles().stream().map(problem -> "not known: " + problem.message()).toList());
  }
}
