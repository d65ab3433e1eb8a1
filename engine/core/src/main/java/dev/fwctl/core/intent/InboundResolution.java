package dev.fwctl.core.intent;

import dev.fwctl.core.intent.DockerView.ContainerView;
import dev.fwctl.core.intent.PolicySet.NumberedRule;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.InboundEntry;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.HostIntent.Target;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.Place;
import dev.fwctl.model.Policy;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Traffic;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells the inbound rules of one set of policies in terms of hosts of one kind. */
final class InboundResolution {
  private static final Comparator<PublishedEndpoint> ENDPOINT_ORDER =
      Comparator.comparing(PublishedEndpoint::container)
          .thenComparing(endpoint -> endpoint.port().ports())
          .thenComparing(endpoint -> endpoint.port().toString());

  private final DockerView docker;
  private final Map<String, DockerFacts.ContainerNetwork> networks;
  private final List<Problem> problems;
  private final List<Problem> warnings;
  private final BitSet matched;

  /** What Docker publishes, and what rules name of containers with host networking. */
  private final Set<PublishedEndpoint> published = new TreeSet<>(ENDPOINT_ORDER);

  private final List<PublishedEndpoint> publishedByDocker = new ArrayList<>();

  InboundResolution(
      DockerView docker, List<Problem> problems, List<Problem> warnings, BitSet matched) {
    this.docker = docker;
    this.networks = docker.networksByName();
    this.problems = problems;
    this.warnings = warnings;
    this.matched = matched;
    for (ContainerView container : docker.containers()) {
      for (PublishedPort port : container.published()) {
        publishedByDocker.add(new PublishedEndpoint(container.name(), port));
      }
    }
    publishedByDocker.sort(ENDPOINT_ORDER);
    published.addAll(publishedByDocker);
  }

  HostIntent.Inbound resolve(PolicySet.Direction direction) {
    List<InboundEntry> allows = new ArrayList<>();
    List<InboundEntry> denies = new ArrayList<>();
    List<NumberedRule> toHost = new ArrayList<>();
    for (NumberedRule rule : direction.allow()) {
      resolve(rule, true, allows, toHost);
    }
    for (NumberedRule rule : direction.deny()) {
      resolve(rule, false, denies, toHost);
    }
    toHost.forEach(this::checkHostPorts);
    warnOfUnguarded();
    Optional<Policy.Fallback> fallback = direction.fallbacks().stream().findFirst();
    return new HostIntent.Inbound(
        fallback.map(Policy.Fallback::action).orElse(DefaultAction.ACCEPT),
        fallback.map(Policy.Fallback::place),
        List.copyOf(published),
        allows,
        denies);
  }

  private void resolve(
      NumberedRule numbered, boolean allow, List<InboundEntry> entries, List<NumberedRule> toHost) {
    Policy.Rule rule = numbered.rule();
    Optional<Target> target =
        switch (rule.local()) {
          case LocalEnd.HostItself unused -> {
            toHost.add(numbered);
            yield hostTarget(rule);
          }
          case LocalEnd.Anything unused -> anyTarget(rule);
          case LocalEnd.Published unused -> publishedTarget(numbered);
          case LocalEnd.Direct unused -> Optional.of(new Target.DirectRoute());
          case LocalEnd.Containers unused -> containersTarget(numbered, allow);
        };
    target.ifPresent(
        found ->
            entries.add(new InboundEntry(found, rule.peers(), numbered.policy(), rule.place())));
  }

  private Optional<Target> hostTarget(Policy.Rule rule) {
    return switch (rule.traffic()) {
      case Traffic.All unused -> Optional.of(new Target.HostEverything());
      case Traffic.Ports ports -> Optional.of(new Target.HostPorts(ports.ports()));
      case Traffic.Icmp icmp -> Optional.of(new Target.IcmpMessages(icmp.kind()));
      case Traffic.ContainerPorts unused -> misfit(rule, "the host has no container port");
    };
  }

  private Optional<Target> anyTarget(Policy.Rule rule) {
    return switch (rule.traffic()) {
      case Traffic.All unused -> Optional.of(new Target.Everything());
      case Traffic.Ports ports -> Optional.of(new Target.AnyPorts(ports.ports()));
      case Traffic.Icmp icmp -> Optional.of(new Target.IcmpMessages(icmp.kind()));
      case Traffic.ContainerPorts unused -> misfit(rule, "'any' has no container port");
    };
  }

  private Optional<Target> publishedTarget(NumberedRule numbered) {
    Policy.Rule rule = numbered.rule();
    List<PublishedEndpoint> found =
        switch (rule.traffic()) {
          case Traffic.All unused -> {
            // Whoever says "published" means what there is, be it nothing.
            matched.set(numbered.number());
            yield publishedByDocker;
          }
          case Traffic.Ports ports -> dialled(publishedByDocker, ports.ports());
          case Traffic.ContainerPorts ports -> inner(publishedByDocker, ports.ports());
          case Traffic.Icmp unused -> {
            misfit(rule, "a published port takes no ICMP");
            yield List.of();
          }
        };
    if (found.isEmpty()) {
      return Optional.empty();
    }
    matched.set(numbered.number());
    warnOfDynamicPorts(rule.place(), found);
    return Optional.of(new Target.PublishedPorts(found));
  }

  private Optional<Target> containersTarget(NumberedRule numbered, boolean allow) {
    Policy.Rule rule = numbered.rule();
    List<ContainerView> selected =
        docker.containers().stream()
            .filter(container -> container.isSelectedBy(numbered.selector()))
            .toList();
    if (selected.isEmpty()) {
      return Optional.empty();
    }
    matched.set(numbered.number());
    for (ContainerView container : selected) {
      container
          .bypass(networks)
          .ifPresent(
              reason ->
                  problems.add(
                      Problem.at(
                          rule.place(),
                          ErrorCode.UNENFORCEABLE,
                          "container %s is %s".formatted(container.name(), reason),
                          "put it on a bridge network, or leave it out of the rule")));
    }
    List<PublishedEndpoint> endpoints =
        selected.stream()
            .flatMap(
                container ->
                    container.published().stream()
                        .map(port -> new PublishedEndpoint(container.name(), port)))
            .sorted(ENDPOINT_ORDER)
            .toList();
    List<ContainerView> onHostNetwork =
        selected.stream().filter(one -> one.networking() == Networking.HOST).toList();
    List<PublishedEndpoint> found =
        switch (rule.traffic()) {
          case Traffic.All unused -> everything(rule, endpoints, onHostNetwork);
          case Traffic.Ports ports ->
              ports(rule, ports.ports(), false, selected, endpoints, onHostNetwork);
          case Traffic.ContainerPorts ports ->
              ports(rule, ports.ports(), true, selected, endpoints, onHostNetwork);
          case Traffic.Icmp unused -> {
            misfit(rule, "a container's published port takes no ICMP");
            yield List.of();
          }
        };
    warnOfDynamicPorts(rule.place(), found);
    if (allow
        && !found.isEmpty()
        && found.stream().allMatch(InboundResolution::isForTheHostAlone)) {
      warnings.add(
          Problem.at(
              rule.place(),
              ErrorCode.NOT_ON_HOST,
              "nobody gets in by this rule here: it is published on a loopback address alone (%s)"
                  .formatted(listed(found)),
              "publish it on an address that clients dial, or take the rule out"));
    }
    if (found.isEmpty() && allow) {
      if (rule.traffic() instanceof Traffic.All) {
        warnings.add(
            Problem.at(
                rule.place(),
                ErrorCode.NOT_ON_HOST,
                "nobody gets in by this rule here: %s publishes no port".formatted(named(selected)),
                "publish a port, or take the rule out"));
      }
      return Optional.empty();
    }
    return Optional.of(new Target.PublishedPorts(found));
  }

  private List<PublishedEndpoint> everything(
      Policy.Rule rule, List<PublishedEndpoint> endpoints, List<ContainerView> onHostNetwork) {
    List<PublishedEndpoint> found = new ArrayList<>(endpoints);
    for (ContainerView container : onHostNetwork) {
      if (container.exposed().isEmpty()) {
        problems.add(
            Problem.at(
                rule.place(),
                ErrorCode.NOT_ON_HOST,
                "container %s has host networking and does not say which ports it listens on"
                    .formatted(container.name()),
                "name the port in the rule"));
      }
      for (ProtocolPorts ports : container.exposed()) {
        found.add(onHostNetwork(container, ports));
      }
    }
    return found;
  }

  private List<PublishedEndpoint> ports(
      Policy.Rule rule,
      List<ProtocolPorts> wanted,
      boolean inside,
      List<ContainerView> selected,
      List<PublishedEndpoint> endpoints,
      List<ContainerView> onHostNetwork) {
    Set<PublishedEndpoint> found = new LinkedHashSet<>();
    for (ProtocolPorts ports : wanted) {
      List<PublishedEndpoint> parts =
          inside ? inner(endpoints, List.of(ports)) : dialled(endpoints, List.of(ports));
      if (parts.isEmpty()) {
        parts = onHostNetwork.stream().map(container -> onHostNetwork(container, ports)).toList();
      }
      if (parts.isEmpty()) {
        problems.add(notPublished(rule, ports, inside, selected, endpoints));
      }
      found.addAll(parts);
    }
    return List.copyOf(found);
  }

  private PublishedEndpoint onHostNetwork(ContainerView container, ProtocolPorts ports) {
    PublishedEndpoint endpoint =
        new PublishedEndpoint(
            container.name(), new PublishedPort(ports, Optional.empty(), ports.ports(), false));
    published.add(endpoint);
    return endpoint;
  }

  /** Returns the parts of endpoints that clients reach by dialling one of the ports. */
  private static List<PublishedEndpoint> dialled(
      List<PublishedEndpoint> endpoints, List<ProtocolPorts> wanted) {
    Set<PublishedEndpoint> parts = new LinkedHashSet<>();
    for (PublishedEndpoint endpoint : endpoints) {
      for (ProtocolPorts ports : wanted) {
        PublishedPort port = endpoint.port();
        if (port.ports().overlaps(ports)) {
          parts.add(part(endpoint, common(port.ports().ports(), ports.ports())));
        }
      }
    }
    return List.copyOf(parts);
  }

  /** Returns the parts of endpoints that lead to one of the ports inside a container. */
  private static List<PublishedEndpoint> inner(
      List<PublishedEndpoint> endpoints, List<ProtocolPorts> wanted) {
    Set<PublishedEndpoint> parts = new LinkedHashSet<>();
    for (PublishedEndpoint endpoint : endpoints) {
      PublishedPort port = endpoint.port();
      int shift = port.ports().ports().first() - port.containerPorts().first();
      for (ProtocolPorts ports : wanted) {
        if (port.ports().protocol() == ports.protocol()
            && port.containerPorts().overlaps(ports.ports())) {
          PortRange inside = common(port.containerPorts(), ports.ports());
          parts.add(part(endpoint, new PortRange(inside.first() + shift, inside.last() + shift)));
        }
      }
    }
    return List.copyOf(parts);
  }

  private static PortRange common(PortRange one, PortRange other) {
    return new PortRange(Math.max(one.first(), other.first()), Math.min(one.last(), other.last()));
  }

  private static PublishedEndpoint part(PublishedEndpoint endpoint, PortRange dialled) {
    PublishedPort port = endpoint.port();
    PortRange all = port.ports().ports();
    if (all.equals(dialled)) {
      return endpoint;
    }
    int first = port.containerPorts().first() + dialled.first() - all.first();
    return new PublishedEndpoint(
        endpoint.container(),
        new PublishedPort(
            new ProtocolPorts(port.ports().protocol(), dialled),
            port.hostAddress(),
            new PortRange(first, first + dialled.size() - 1),
            port.dynamic()));
  }

  private Problem notPublished(
      Policy.Rule rule,
      ProtocolPorts ports,
      boolean inside,
      List<ContainerView> selected,
      List<PublishedEndpoint> endpoints) {
    String what = inside ? "container port " + ports : ports.toString();
    String message =
        endpoints.isEmpty()
            ? "%s does not publish %s, nor any other port".formatted(named(selected), what)
            : "%s does not publish %s; published: %s"
                .formatted(named(selected), what, listed(endpoints));
    List<PublishedEndpoint> other =
        inside ? dialled(endpoints, List.of(ports)) : inner(endpoints, List.of(ports));
    String hint;
    if (selected.stream().allMatch(one -> one.networking() == Networking.CONTAINER)) {
      hint = "it uses the network of another container: name that one";
    } else if (other.isEmpty()) {
      hint = "name a port that clients dial, or publish this one";
    } else if (inside) {
      hint = "%s is the port that clients dial: did you mean 'port: %s'?".formatted(ports, ports);
    } else {
      hint =
          "%s is the port inside; clients dial %s: did you mean 'container-port: %s'?"
              .formatted(
                  ports,
                  other.stream()
                      .map(part -> part.port().ports().toString())
                      .distinct()
                      .collect(Collectors.joining(", ")),
                  ports);
    }
    return Problem.at(rule.place(), ErrorCode.NOT_ON_HOST, message, hint);
  }

  private static String named(List<ContainerView> containers) {
    String names = containers.stream().map(ContainerView::name).collect(Collectors.joining(", "));
    return (containers.size() == 1 ? "container " : "each of containers ") + names;
  }

  private static String listed(List<PublishedEndpoint> endpoints) {
    boolean several = endpoints.stream().map(PublishedEndpoint::container).distinct().count() > 1;
    return endpoints.stream()
        .map(
            endpoint ->
                several ? endpoint.container() + " " + endpoint.port() : endpoint.port().toString())
        .collect(Collectors.joining(", "));
  }

  /** A port of the host that is a container's is not the host's, whoever is allowed or denied. */
  private void checkHostPorts(NumberedRule numbered) {
    Policy.Rule rule = numbered.rule();
    if (!(rule.traffic() instanceof Traffic.Ports wanted)) {
      return;
    }
    for (ProtocolPorts ports : wanted.ports()) {
      for (PublishedEndpoint endpoint : published) {
        PublishedPort port = endpoint.port();
        boolean everywhere =
            port.hostAddress().map(address -> address.isUnspecified()).orElse(true);
        if (everywhere && port.ports().overlaps(ports)) {
          problems.add(
              Problem.at(
                  rule.place(),
                  ErrorCode.NOT_ON_HOST,
                  "%s is not the host's own: container %s answers %s"
                      .formatted(ports, endpoint.container(), port.ports()),
                  ports.ports().size() == 1
                      ? "write 'to: {container: %s}' with this port, or 'to: any'"
                          .formatted(endpoint.container())
                      : "leave %s out of the range and write 'to: {container: %s}' for it, or 'to: any' for all"
                          .formatted(port.ports(), endpoint.container())));
        }
      }
    }
  }

  private void warnOfDynamicPorts(Place place, List<PublishedEndpoint> endpoints) {
    for (PublishedEndpoint endpoint : endpoints) {
      if (endpoint.port().dynamic()) {
        warnings.add(
            Problem.at(
                place,
                ErrorCode.NOT_ON_HOST,
                "Docker chose %s of container %s and chooses anew when it starts"
                    .formatted(endpoint.port().ports(), endpoint.container()),
                "publish it on a fixed port; until then plan again after each start"));
      }
    }
  }

  private void warnOfUnguarded() {
    for (ContainerView container : docker.containers()) {
      if (container.selectors().isEmpty()) {
        container
            .bypass(networks)
            .ifPresent(
                reason ->
                    warnings.add(
                        Problem.of(
                            ErrorCode.UNENFORCEABLE,
                            "no policy guards container %s: it is %s"
                                .formatted(container.name(), reason))));
      }
    }
  }

  private static boolean isForTheHostAlone(PublishedEndpoint endpoint) {
    return endpoint.port().hostAddress().filter(IpAddress::isLoopback).isPresent();
  }

  private Optional<Target> misfit(Policy.Rule rule, String why) {
    problems.add(Problem.at(rule.place(), ErrorCode.DOCUMENT_INVALID, why));
    return Optional.empty();
  }
}
