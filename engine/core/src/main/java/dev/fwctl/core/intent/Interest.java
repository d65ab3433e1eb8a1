package dev.fwctl.core.intent;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.ContainerSelector;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the policies of a host want to know of it.
 *
 * <p>Where two sets of facts say the same of that, the intents are equal. A container that comes
 * and goes and that no policy could mean is not among it.
 *
 * @param external the interfaces that are named as external; none when those with a default route
 *     are meant
 * @param guarded the selectors of inbound rules; nothing when no policy speaks of what comes in
 * @param senders the selectors of outbound rules; nothing when no policy speaks of what goes out
 */
public record Interest(
    List<String> external,
    Optional<List<ContainerSelector>> guarded,
    Optional<List<ContainerSelector>> senders) {
  public Interest {
    external = List.copyOf(external);
    guarded = requireNonNull(guarded, "guarded is null").map(List::copyOf);
    senders = requireNonNull(senders, "senders is null").map(List::copyOf);
  }

  /** Returns what some facts say of it, a sentence for each thing. */
  public SortedSet<String> in(HostFacts facts) {
    SortedSet<String> words = new TreeSet<>();
    interfaces(facts, words);
    facts
        .ssh()
        .connection()
        .ifPresent(
            own ->
                words.add(
                    "fwctl comes from %s to port %d".formatted(own.client(), own.serverPort())));
    DockerFacts docker = facts.docker();
    words.add(
        switch (docker.state()) {
          case ABSENT -> "Docker is not installed";
          case NOT_ANSWERING -> "Docker does not answer";
          case RUNNING -> "Docker runs";
        });
    Set<String> networks = new HashSet<>();
    for (Container container : docker.containers()) {
      if (guarded.isPresent()) {
        published(container, words);
        selected(container, guarded.get(), words, networks);
      }
      senders.ifPresent(selectors -> selected(container, selectors, words, networks));
    }
    docker.networks().stream()
        .filter(network -> networks.contains(network.name()))
        .forEach(network -> network(network, words));
    if (senders.isPresent()) {
      for (Container container : docker.containers()) {
        attached(container, networks, words);
      }
    }
    return words;
  }

  private void interfaces(HostFacts facts, SortedSet<String> words) {
    if (external.isEmpty()) {
      facts
          .network()
          .facingOutside()
          .forEach(name -> words.add("interface " + name + " has a default route"));
      return;
    }
    Set<String> bridges = facts.docker().bridges();
    for (NetworkInterface there : facts.network().interfaces()) {
      if (external.contains(there.name())) {
        words.add("interface " + there.name() + " is there");
      }
    }
    external.stream()
        .filter(bridges::contains)
        .forEach(name -> words.add("interface " + name + " leads to containers"));
  }

  private static void published(Container container, SortedSet<String> words) {
    container
        .published()
        .forEach(
            port ->
                words.add(
                    "container %s publishes %s%s"
                        .formatted(
                            container.name(), port, port.dynamic() ? ", chosen by Docker" : "")));
  }

  private static void selected(
      Container container,
      List<ContainerSelector> selectors,
      SortedSet<String> words,
      Set<String> networks) {
    boolean any = false;
    for (ContainerSelector selector : selectors) {
      if (selector.selects(container)) {
        any = true;
        words.add("container %s is meant by '%s'".formatted(container.name(), selector));
      }
    }
    if (!any) {
      return;
    }
    String networking =
        switch (container.networking()) {
          case NETWORKS -> "has networks of Docker";
          case HOST -> "has host networking";
          case CONTAINER -> "uses the network of another container";
          case NONE -> "has no network";
        };
    words.add("container %s %s".formatted(container.name(), networking));
    if (container.networking() == Networking.HOST) {
      container
          .exposed()
          .forEach(
              ports -> words.add("container %s exposes %s".formatted(container.name(), ports)));
    }
    for (Container.Attachment attachment : container.attachments()) {
      networks.add(attachment.network());
      words.add("container %s is on network %s".formatted(container.name(), attachment.network()));
    }
  }

  private void network(ContainerNetwork network, SortedSet<String> words) {
    words.add("network %s has driver %s".formatted(network.name(), network.driver()));
    if (network.gatewayModes().contains("routed")) {
      words.add("network %s is in routed mode".formatted(network.name()));
    }
    // Only what goes out is told apart by bridge; it has another name when a network is made anew.
    if (senders.isPresent()) {
      network
          .bridge()
          .ifPresent(
              bridge -> words.add("network %s is bridge %s".formatted(network.name(), bridge)));
      for (IpPrefix subnet : network.subnets()) {
        words.add("network %s has addresses of %s".formatted(network.name(), subnet.family()));
      }
    }
  }

  /** A container that no rule means, on a network that a rule means, keeps it from its bridge. */
  private static void attached(Container container, Set<String> networks, SortedSet<String> words) {
    for (Container.Attachment attachment : container.attachments()) {
      if (networks.contains(attachment.network())) {
        words.add(
            "container %s is on network %s".formatted(container.name(), attachment.network()));
        for (IpAddress address : attachment.fixedAddresses()) {
          words.add(
              "container %s has the fixed address %s on network %s"
                  .formatted(container.name(), address, attachment.network()));
        }
      }
    }
  }
}
