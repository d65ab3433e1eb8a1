package dev.fwctl.analysis;

import dev.fwctl.model.AddressRange;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All of a host that bears on what it does with packets, but for what only it is called: its
 * addresses, those of its containers, the bridges of its networks.
 *
 * <p>Hosts of one shape do the same with packets that are alike. An address that a host has for
 * itself is told by where else it is, of all sets of addresses that somebody speaks of; an
 * interface by the order in which it is met, and the patterns that it fits.
 */
public final class Shape {
  private final List<Object> words = new ArrayList<>();
  private final Map<IpPrefix, Integer> prefixes = new HashMap<>();
  private final Map<String, String> interfaces = new HashMap<>();
  private final Set<String> patterns;
  private final Common common;
  private int hash;

  private Shape(Common common, Set<String> patterns) {
    this.common = common;
    this.patterns = patterns;
  }

  /**
   * Returns the shape of a host.
   *
   * @param common what it has in common with others, rules of ours among it
   * @param host the host without rules of ours
   */
  static Shape of(Common common, PredictedHost host) {
    HostFacts facts = host.facts();
    Map<Family, List<Table>> others = host.tables();
    Set<String> patterns = new TreeSet<>(common.patterns());
    for (List<Table> tables : others.values()) {
      names(
          tables,
          name -> {
            if (isPattern(name)) {
              patterns.add(name);
            }
          });
    }
    Shape shape = new Shape(common, patterns);
    host.external().forEach(name -> shape.words.add(shape.named(name)));
    shape.words.addAll(host.unseen());
    for (Family family : Family.values()) {
      others.getOrDefault(family, List.of()).forEach(shape::table);
      shape.words.add(family);
    }
    shape.network(facts.network());
    facts.find(DockerFacts.class).ifPresent(shape::docker);
    facts.find(SshFacts.class).flatMap(SshFacts::connection).ifPresent(shape::connection);
    for (Family family : Family.values()) {
      shape.words.add(shape.cells(family));
    }
    shape.hash = 31 * shape.words.hashCode() + common.hashCode();
    return shape;
  }

  /** Tells of each interface that rules name. */
  static void names(Collection<Table> tables, Consumer<String> taking) {
    for (Table table : tables) {
      for (Chain chain : table.chains()) {
        for (Rule rule : chain.rules()) {
          for (Match match : rule.matches()) {
            if (match instanceof Match.InInterface it) {
              taking.accept(it.name());
            } else if (match instanceof Match.OutInterface it) {
              taking.accept(it.name());
            }
          }
        }
      }
    }
  }

  private static boolean isPattern(String name) {
    return name.endsWith("+");
  }

  private void table(Table table) {
    words.add(table.name());
    for (Chain chain : table.chains()) {
      words.add(chain.name());
      words.add(chain.policy());
      chain.rules().forEach(this::rule);
    }
  }

  private void rule(Rule rule) {
    for (Match match : rule.matches()) {
      switch (match) {
        case Match.SourceAddress it -> prefix(Match.SourceAddress.class, it.negated(), it.prefix());
        case Match.DestinationAddress it ->
            prefix(Match.DestinationAddress.class, it.negated(), it.prefix());
        case Match.OriginalDestination it ->
            prefix(Match.OriginalDestination.class, it.negated(), it.prefix());
        case Match.InInterface it -> {
          words.add(it.negated() ? "! -i" : "-i");
          words.add(named(it.name()));
        }
        case Match.OutInterface it -> {
          words.add(it.negated() ? "! -o" : "-o");
          words.add(named(it.name()));
        }
        case Match.Protocol it -> {
          words.add(it.negated() ? "! -p" : "-p");
          words.add(it.name());
        }
        case Match.DestinationPort it -> {
          words.add(it.negated() ? "! --dport" : "--dport");
          ports(it.ports());
        }
        default -> words.add(match);
      }
    }
    rule.target()
        .ifPresent(
            target -> {
              if (target instanceof Target.DestinationNat nat) {
                prefix(Target.DestinationNat.class, false, IpPrefix.single(nat.address()));
                words.add(nat.port().orElse(-1));
              } else {
                words.add(target);
              }
            });
    words.add("");
  }

  private void ports(PortRange ports) {
    words.add(ports.first());
    words.add(ports.last());
  }

  private void prefix(Class<?> kind, boolean negated, IpPrefix prefix) {
    words.add(kind);
    words.add(negated);
    prefix(prefix);
  }

  private void prefix(IpPrefix prefix) {
    // Every address is in it, on every host.
    words.add(
        prefix.length() == 0
            ? prefix
            : prefixes.computeIfAbsent(prefix, unseen -> prefixes.size()));
  }

  private void address(IpAddress address) {
    prefix(IpPrefix.single(address));
  }

  private String named(String name) {
    return isPattern(name) || common.names().contains(name)
        ? name
        : interfaces.computeIfAbsent(
            name,
            unseen ->
                interfaces.size() + " " + patterns.stream().filter(it -> fits(name, it)).toList());
  }

  private static boolean fits(String name, String pattern) {
    return name.startsWith(pattern.substring(0, pattern.length() - 1));
  }

  private void network(NetworkFacts network) {
    words.add(network.ipv6());
    for (NetworkInterface one : network.interfaces()) {
      if (one.addresses().isEmpty()) {
        continue;
      }
      words.add(named(one.name()));
      words.add(one.up());
      for (InterfaceAddress own : one.addresses()) {
        address(own.address());
        IpPrefix around = IpPrefix.containing(own.address(), own.prefixLength());
        prefix(around);
        address(around.last());
      }
    }
    for (NetworkFacts.Route route : network.routes()) {
      prefix(route.destination());
      words.add(named(route.interfaceName()));
    }
  }

  private void docker(DockerFacts docker) {
    words.add(docker.state());
    words.add(docker.settings().swarm());
    for (Container container : docker.containers()) {
      words.add(container.name());
      words.add(container.networking());
      words.addAll(container.exposed());
      for (PublishedPort port : container.published()) {
        words.add(port.ports().protocol());
        ports(port.ports().ports());
        ports(port.containerPorts());
        port.hostAddress().ifPresent(this::address);
      }
      for (Container.Attachment attachment : container.attachments()) {
        words.add(attachment.network());
        attachment.addresses().forEach(this::address);
        words.add("fixed");
        attachment.fixedAddresses().forEach(this::address);
      }
    }
    for (DockerFacts.ContainerNetwork network : docker.networks()) {
      words.add(network.name());
      words.add(network.driver());
      network.bridge().ifPresent(name -> words.add(named(name)));
    }
  }

  private void connection(SshFacts.OwnConnection own) {
    words.add("ssh");
    address(own.client());
    address(own.server());
    words.add(own.serverPort());
  }

  /**
   * Addresses that nothing tells from each other.
   *
   * @param within the prefixes of the host that they are in
   * @param interval which of the intervals they are in that all hosts have in common
   */
  private record Cell(BitSet within, int interval) {}

  /** Returns what there is of addresses in a family, to all that somebody speaks of. */
  private Set<Object> cells(Family family) {
    List<Map.Entry<IpPrefix, Integer>> own = new ArrayList<>();
    for (Map.Entry<IpPrefix, Integer> entry : prefixes.entrySet()) {
      if (entry.getKey().address().family() == family) {
        own.add(entry);
      }
    }
    TreeSet<IpAddress> starts = new TreeSet<>();
    starts.add(IpAddress.lowest(family));
    for (Map.Entry<IpPrefix, Integer> entry : own) {
      starts.add(entry.getKey().address());
      entry.getKey().last().next().ifPresent(starts::add);
    }
    Set<Object> cells = new HashSet<>();
    int covered = common.interval(IpAddress.lowest(family));
    for (IpAddress start : starts) {
      IpAddress next = starts.higher(start);
      IpAddress last = next == null ? IpAddress.highest(family) : next.previous().orElseThrow();
      BitSet within = new BitSet();
      for (Map.Entry<IpPrefix, Integer> entry : own) {
        if (entry.getKey().contains(start)) {
          within.set(entry.getValue());
        }
      }
      int from = common.interval(start);
      int to = common.interval(last);
      if (within.isEmpty()) {
        // Outside of all the host's prefixes every interval has addresses, but for these.
        for (int interval = covered; interval < from; interval++) {
          cells.add(interval);
        }
        covered = to + 1;
      } else {
        for (int interval = from; interval <= to; interval++) {
          cells.add(new Cell(within, interval));
        }
      }
    }
    for (int interval = covered;
        interval <= common.interval(IpAddress.highest(family));
        interval++) {
      cells.add(interval);
    }
    return cells;
  }

  /**
   * Tells whether a set of addresses is the same on all hosts of this shape, if it is what rules
   * make of packets on one.
   */
  boolean tells(AddressSet set) {
    return common.tells(set);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Shape shape
        && hash == shape.hash
        && common == shape.common
        && words.equals(shape.words);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /**
   * What hosts have in common: sets of addresses that somebody speaks of, whatever the host.
   *
   * <p>Two are the same only as an object.
   */
  static final class Common {
    private final TreeSet<IpAddress> starts = new TreeSet<>();
    private final Map<IpAddress, Integer> numbers = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> patterns = new TreeSet<>();

    /**
     * Creates it.
     *
     * @param spokenOf the sets of addresses
     * @param named the interfaces that are named
     */
    Common(Collection<AddressSet> spokenOf, Collection<String> named) {
      for (Family family : Family.values()) {
        starts.add(IpAddress.lowest(family));
      }
      for (AddressSet set : spokenOf) {
        for (AddressRange range : set.ranges()) {
          starts.add(range.first());
          range.last().next().ifPresent(starts::add);
        }
      }
      for (IpAddress start : starts) {
        numbers.put(start, numbers.size());
      }
      this.names.add("lo");
      for (String name : named) {
        (isPattern(name) ? patterns : names).add(name);
      }
    }

    Set<String> names() {
      return names;
    }

    Set<String> patterns() {
      return patterns;
    }

    /** Tells whether a set holds all or none of the addresses of each interval. */
    boolean tells(AddressSet set) {
      return set.ranges().stream()
          .allMatch(
              range ->
                  numbers.containsKey(range.first())
                      && range.last().next().map(numbers::containsKey).orElse(true));
    }

    int interval(IpAddress address) {
      return numbers.getOrDefault(starts.floor(address), -1);
    }
  }
}
