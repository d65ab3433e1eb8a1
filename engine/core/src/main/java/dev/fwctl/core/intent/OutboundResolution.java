package dev.fwctl.core.intent;

import dev.fwctl.core.intent.DockerView.Attached;
import dev.fwctl.core.intent.DockerView.ContainerView;
import dev.fwctl.core.intent.PolicySet.NumberedRule;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Origin;
import dev.fwctl.model.HostIntent.OutboundEntry;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.Policy;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Traffic;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Tells the outbound rules of one set of policies in terms of hosts of one kind.
 *
 * <p>A rule never names the address that a container happens to have. A container is told apart by
 * a bridge that it has to itself, or shares only with others that the rule means, or by an address
 * that its configuration fixes.
 */
final class OutboundResolution {
  private final DockerView docker;
  private final Map<String, DockerFacts.ContainerNetwork> networks;
  private final Map<String, List<ContainerView>> members = new HashMap<>();
  private final List<Problem> problems;
  private final BitSet matched;

  OutboundResolution(DockerView docker, List<Problem> problems, BitSet matched) {
    this.docker = docker;
    this.networks = docker.networksByName();
    this.problems = problems;
    this.matched = matched;
    for (ContainerView container : docker.containers()) {
      for (Attached attached : container.attached()) {
        members.computeIfAbsent(attached.network(), unseen -> new ArrayList<>()).add(container);
      }
    }
  }

  HostIntent.Outbound resolve(PolicySet.Direction direction) {
    Optional<Policy.Fallback> fallback = direction.fallbacks().stream().findFirst();
    return new HostIntent.Outbound(
        fallback.map(Policy.Fallback::action).orElse(DefaultAction.ACCEPT),
        fallback.map(Policy.Fallback::place),
        resolve(direction.allow()),
        resolve(direction.deny()));
  }

  private List<OutboundEntry> resolve(List<NumberedRule> rules) {
    List<OutboundEntry> entries = new ArrayList<>();
    for (NumberedRule numbered : rules) {
      Policy.Rule rule = numbered.rule();
      if (rule.traffic() instanceof Traffic.ContainerPorts) {
        problems.add(misfit(rule, "the far end of an outbound rule has no container port"));
        continue;
      }
      Optional<Origin> origin =
          switch (rule.local()) {
            case LocalEnd.HostItself unused -> Optional.of(new Origin.HostItself());
            case LocalEnd.Anything unused -> Optional.of(new Origin.Everything());
            case LocalEnd.Published _, LocalEnd.Direct _ -> {
              problems.add(misfit(rule, "'%s' is no sender".formatted(rule.local())));
              yield Optional.empty();
            }
            case LocalEnd.Containers unused -> containers(numbered);
          };
      origin.ifPresent(
          found ->
              entries.add(
                  new OutboundEntry(
                      found, rule.traffic(), rule.peers(), numbered.policy(), rule.place())));
    }
    return entries;
  }

  private static Problem misfit(Policy.Rule rule, String why) {
    return Problem.at(rule.place(), ErrorCode.DOCUMENT_INVALID, why);
  }

  private Optional<Origin> containers(NumberedRule numbered) {
    List<ContainerView> selected =
        docker.containers().stream()
            .filter(container -> container.isSelectedBy(numbered.selector()))
            .toList();
    if (selected.isEmpty()) {
      return Optional.empty();
    }
    matched.set(numbered.number());
    Set<String> bridges = new TreeSet<>();
    Set<IpAddress> addresses = new TreeSet<>();
    for (ContainerView container : selected) {
      switch (container.networking()) {
        case NONE -> {}
        case HOST ->
            problems.add(
                unenforceable(
                    numbered.rule(),
                    "container %s has host networking; what it sends looks like the host's own"
                        .formatted(container.name()),
                    "write 'from: host', or give the container a network"));
        case CONTAINER ->
            problems.add(
                unenforceable(
                    numbered.rule(),
                    "container %s uses the network of another container"
                        .formatted(container.name()),
                    "name that container"));
        case NETWORKS -> attached(numbered, container, bridges, addresses);
      }
    }
    List<String> names = selected.stream().map(ContainerView::name).toList();
    return bridges.isEmpty() && addresses.isEmpty()
        ? Optional.empty()
        : Optional.of(new Origin.Containers(names, List.copyOf(bridges), List.copyOf(addresses)));
  }

  private void attached(
      NumberedRule numbered,
      ContainerView container,
      Set<String> bridges,
      Set<IpAddress> addresses) {
    Optional<String> bypass = container.bypass(networks);
    if (bypass.isPresent()) {
      problems.add(
          unenforceable(
              numbered.rule(),
              "container %s is %s".formatted(container.name(), bypass.get()),
              "put it on a bridge network, or leave it out of the rule"));
      return;
    }
    for (Attached attached : container.attached()) {
      DockerFacts.ContainerNetwork network = networks.get(attached.network());
      if (network == null || !network.driver().equals("bridge")) {
        continue;
      }
      List<ContainerView> strangers =
          members.getOrDefault(attached.network(), List.of()).stream()
              .filter(other -> !other.isSelectedBy(numbered.selector()))
              .toList();
      if (strangers.isEmpty() && network.bridge().isPresent()) {
        bridges.add(network.bridge().get());
      } else if (isFixed(network, attached.fixedAddresses())) {
        addresses.addAll(attached.fixedAddresses());
      } else {
        problems.add(
            unenforceable(
                numbered.rule(),
                "container %s shares network %s with %s and has no fixed address there"
                    .formatted(
                        container.name(),
                        network.name(),
                        strangers.isEmpty()
                            ? "others"
                            : strangers.stream()
                                .map(ContainerView::name)
                                .collect(Collectors.joining(", "))),
                "give it a network of its own, or a fixed address in every family of the network"));
      }
    }
  }

  private static boolean isFixed(
      DockerFacts.ContainerNetwork network, List<IpAddress> fixedAddresses) {
    Set<Family> open = EnumSet.noneOf(Family.class);
    for (IpPrefix subnet : network.subnets()) {
      open.add(subnet.family());
    }
    for (IpAddress address : fixedAddresses) {
      open.remove(address.family());
    }
    return open.isEmpty() && !fixedAddresses.isEmpty();
  }

  private static Problem unenforceable(Policy.Rule rule, String message, String hint) {
    return Problem.at(rule.place(), ErrorCode.UNENFORCEABLE, message, hint);
  }
}
