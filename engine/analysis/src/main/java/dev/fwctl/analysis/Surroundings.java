package dev.fwctl.analysis;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.PublishedPort;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/**
 * What of a host bears on the answer.
 *
 * @param external the interfaces that face the world
 * @param families the families that the kernel speaks
 * @param addresses the host's own addresses that can be dialled from afar, those of bridges apart;
 *     any others than rules speak of, where rules speak of none of them
 * @param published what containers publish to the world
 * @param bridges the bridge networks that have containers
 */
record Surroundings(
    SortedSet<String> external,
    Set<Family> families,
    Map<Family, AddressSet> addresses,
    List<PublishedEndpoint> published,
    List<Bridge> bridges) {

  /** Nobody dials such an address from afar. */
  static final AddressSet LINK_LOCAL =
      AddressSet.of(
          new IpPrefix(IpAddress.of("169.254.0.0"), 16), new IpPrefix(IpAddress.of("fe80::"), 10));

  /**
   * Finds it.
   *
   * @param mentioned what rules speak of
   */
  static Surroundings of(
      SortedSet<String> external,
      Optional<HostIntent> intent,
      HostFacts facts,
      MentionedAddresses mentioned) {
    Set<String> bridgeNames = facts.docker().bridges();
    List<IpPrefix> addresses = new ArrayList<>();
    for (NetworkInterface one : facts.network().interfaces()) {
      if (!bridgeNames.contains(one.name()) && !one.name().equals("lo")) {
        for (InterfaceAddress address : one.addresses()) {
          addresses.add(IpPrefix.single(address.address()));
        }
      }
    }
    Set<PublishedEndpoint> published = new LinkedHashSet<>();
    for (Container container : facts.docker().containers()) {
      for (PublishedPort port : container.published()) {
        published.add(new PublishedEndpoint(container.name(), port));
      }
    }
    intent.flatMap(HostIntent::inbound).ifPresent(it -> published.addAll(it.published()));
    published.removeIf(
        endpoint -> endpoint.port().hostAddress().map(IpAddress::isLoopback).orElse(false));
    return new Surroundings(
        external,
        facts.network().ipv6() ? EnumSet.allOf(Family.class) : EnumSet.of(Family.IPV4),
        distinguishing(AddressSet.ofPrefixes(addresses), mentioned.destinations()),
        List.copyOf(published),
        bridges(facts, mentioned.sources()));
  }

  AddressSet addresses(Family family) {
    return addresses.getOrDefault(family, AddressSet.none());
  }

  /** Keeps addresses that rules tell from others; hosts without such are then alike. */
  private static Map<Family, AddressSet> distinguishing(
      AddressSet addresses, AddressSet mentioned) {
    AddressSet dialled = addresses.minus(LINK_LOCAL);
    AddressSet others = AddressSet.any().minus(LINK_LOCAL).minus(mentioned);
    Map<Family, AddressSet> kept = new EnumMap<>(Family.class);
    for (Family family : Family.values()) {
      AddressSet known = dialled.of(family);
      boolean plain = known.intersect(mentioned).isEmpty();
      kept.put(family, plain ? others.of(family) : known);
    }
    return kept;
  }

  private static List<Bridge> bridges(HostFacts facts, AddressSet mentioned) {
    Map<String, List<Member>> members = new HashMap<>();
    for (Container container : facts.docker().containers()) {
      for (Container.Attachment attachment : container.attachments()) {
        List<IpPrefix> addresses = new ArrayList<>();
        attachment.addresses().forEach(address -> addresses.add(IpPrefix.single(address)));
        attachment.fixedAddresses().forEach(address -> addresses.add(IpPrefix.single(address)));
        members
            .computeIfAbsent(attachment.network(), unseen -> new ArrayList<>())
            .add(new Member(container.name(), AddressSet.ofPrefixes(addresses)));
      }
    }
    List<Bridge> bridges = new ArrayList<>();
    for (ContainerNetwork network : facts.docker().networks()) {
      List<Member> here = members.get(network.name());
      if (here != null && network.bridge().isPresent()) {
        AddressSet subnets = AddressSet.ofPrefixes(network.subnets());
        bridges.add(
            new Bridge(
                network.name(),
                network.bridge().get(),
                subnets,
                subnets.intersect(mentioned).isEmpty()
                    ? here.stream().map(Member::withoutAddresses).toList()
                    : here));
      }
    }
    return bridges;
  }

  /**
   * A bridge network with containers.
   *
   * @param network its name
   * @param name its interface
   * @param subnets its addresses
   * @param members its containers
   */
  record Bridge(String network, String name, AddressSet subnets, List<Member> members) {}

  /**
   * A container in a network.
   *
   * @param container its name
   * @param addresses its addresses there, as far as they are known and rules speak of them
   */
  record Member(String container, AddressSet addresses) {
    Member withoutAddresses() {
      return new Member(container, AddressSet.none());
    }
  }
}
