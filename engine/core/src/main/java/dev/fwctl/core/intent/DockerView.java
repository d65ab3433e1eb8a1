package dev.fwctl.core.intent;

import dev.fwctl.model.Container;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of a host's Docker bears on its intent, and nothing that changes when a container is made
 * anew.
 *
 * <p>Hosts with equal views have equal intents, so it serves as the key under which one is kept.
 *
 * @param containers the containers by name
 * @param networks the networks
 */
record DockerView(List<ContainerView> containers, List<DockerFacts.ContainerNetwork> networks) {
  static DockerView of(DockerFacts docker, SelectorIndex selectors) {
    List<ContainerView> containers = new ArrayList<>(docker.containers().size());
    for (Container container : docker.containers()) {
      List<Attached> attached = new ArrayList<>(container.attachments().size());
      for (Container.Attachment attachment : container.attachments()) {
        attached.add(new Attached(attachment.network(), attachment.fixedAddresses()));
      }
      containers.add(
          new ContainerView(
              container.name(),
              container.networking(),
              container.published(),
              container.networking() == Container.Networking.HOST ? container.exposed() : List.of(),
              attached,
              selectors.of(container)));
    }
    return new DockerView(containers, docker.networks());
  }

  Map<String, DockerFacts.ContainerNetwork> networksByName() {
    Map<String, DockerFacts.ContainerNetwork> byName = new HashMap<>();
    for (DockerFacts.ContainerNetwork network : networks) {
      byName.put(network.name(), network);
    }
    return byName;
  }

  /**
   * A container.
   *
   * @param name its name
   * @param networking how it is connected
   * @param published the ports that it publishes
   * @param exposed the ports that it says it listens on, when it has host networking
   * @param attached its networks
   * @param selectors the numbers of the selectors that select it
   */
  record ContainerView(
      String name,
      Container.Networking networking,
      List<PublishedPort> published,
      List<ProtocolPorts> exposed,
      List<Attached> attached,
      BitSet selectors) {
    boolean isSelectedBy(int selector) {
      return selectors.get(selector);
    }

    /** Returns why the host's firewall does not see all of the container's traffic, if so. */
    Optional<String> bypass(Map<String, DockerFacts.ContainerNetwork> networks) {
      for (Attached attachment : attached) {
        DockerFacts.ContainerNetwork network = networks.get(attachment.network());
        if (network == null) {
          continue;
        }
        switch (network.driver()) {
          case "bridge" -> {
            if (network.gatewayModes().contains("routed")) {
              return Optional.of(
                  "on network %s in routed mode, where clients reach it at its own address"
                      .formatted(network.name()));
            }
          }
          case "host", "null", "none" -> {}
          default -> {
            return Optional.of(
                "on network %s with driver %s, which goes past the host's packet filter"
                    .formatted(network.name(), network.driver()));
          }
        }
      }
      return Optional.empty();
    }
  }

  /**
   * A container's place in a network.
   *
   * @param network the network's name
   * @param fixedAddresses the addresses that stay the same
   */
  record Attached(String network, List<IpAddress> fixedAddresses) {}
}
