package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a host's Docker engine says.
 *
 * @param state whether there is one and it answers
 * @param version the engine's version, such as {@code 20.10.24}; empty unless it runs
 * @param containers all containers, stopped ones included, by name
 * @param networks all networks
 * @param settings settings that bear on the firewall
 */
public record DockerFacts(
    State state,
    String version,
    List<Container> containers,
    List<ContainerNetwork> networks,
    Settings settings)
    implements Fact {
  public DockerFacts {
    requireNonNull(state, "state is null");
    requireNonNull(version, "version is null");
    containers = List.copyOf(containers);
    networks = List.copyOf(networks);
    requireNonNull(settings, "settings is null");
  }

  /** Returns the facts of a host that has no Docker. */
  public static DockerFacts absent() {
    return new DockerFacts(
        State.ABSENT, "", List.of(), List.of(), new Settings(false, false, Optional.empty()));
  }

  /** Whether a host has a Docker engine. */
  public enum State {
    ABSENT,
    /** Installed, but it does not answer; its containers are not known. */
    NOT_ANSWERING,
    RUNNING
  }

  /**
   * Settings of the engine that bear on the firewall.
   *
   * @param swarm whether the host is a node of an active swarm
   * @param rootless whether the engine runs without root
   * @param firewallBackend the driver that the engine reports (Docker 28.1 and later): {@code
   *     iptables}, {@code nftables}, {@code iptables+firewalld}
   */
  public record Settings(boolean swarm, boolean rootless, Optional<String> firewallBackend) {
    public Settings {
      requireNonNull(firewallBackend, "firewallBackend is null");
    }
  }

  /**
   * A Docker network.
   *
   * @param name its name
   * @param driver its driver, such as {@code bridge}, {@code host}, {@code macvlan}, {@code
   *     overlay}
   * @param bridge the host's interface, for a bridge network
   * @param subnets its subnets
   * @param gatewayModes the values of {@code com.docker.network.bridge.gateway_mode_ipv4/6}, when
   *     set
   */
  public record ContainerNetwork(
      String name,
      String driver,
      Optional<String> bridge,
      List<IpPrefix> subnets,
      List<String> gatewayModes) {
    public ContainerNetwork {
      requireNonNull(name, "name is null");
      requireNonNull(driver, "driver is null");
      requireNonNull(bridge, "bridge is null");
      subnets = List.copyOf(subnets);
      gatewayModes = List.copyOf(gatewayModes);
    }
  }

  /** Returns the host's interfaces that are bridges of Docker networks. */
  public SortedSet<String> bridges() {
    SortedSet<String> bridges = new TreeSet<>();
    for (ContainerNetwork network : networks) {
      network.bridge().ifPresent(bridges::add);
    }
    return bridges;
  }

  public Optional<ContainerNetwork> network(String name) {
    return networks.stream().filter(network -> network.name().equals(name)).findFirst();
  }
}
