package dev.fwctl.core.explain;

import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.Routing;
import dev.fwctl.analysis.Traversal;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.core.explain.Question.Destination;
import dev.fwctl.core.explain.Question.Service;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Answers what becomes of a packet that opens a connection. */
public final class Explainer {
  /** The first of the ports that programs are given when they ask for any. Source: RFC 6335. */
  private static final int ANY_PORT = 49152;

  private final KnownHost host;
  private final Question question;
  private final List<String> remarks = new ArrayList<>();

  private Explainer(KnownHost host, Question question) {
    this.host = host;
    this.question = question;
  }

  /**
   * Follows the packet that is asked about.
   *
   * @throws FwctlException with code UNKNOWN_NAME or USAGE when the question does not fit the host
   */
  public static Explanation explain(KnownHost host, Question question) {
    return new Explainer(host, question).answer();
  }

  private Explanation answer() {
    remarks.addAll(host.remarks());
    Family family = question.family();
    List<Table> tables = host.rules().getOrDefault(family, List.of());
    if (!host.rules().containsKey(family)) {
      remarks.add(
          "no rules of %s are known: every packet is let through".formatted(family.label()));
    }
    NetworkFacts network = host.network().orElseGet(() -> assumed(tables));
    Packet packet = packet(network);
    Traversal traversal = new Traversal(tables, host.sets(), network);
    Journey journey = traversal.of(packet);
    Receivers receivers = new Receivers(host);
    List<Explanation.Way> ways =
        traversal.possibilities(packet).stream()
            .map(way -> new Explanation.Way(way, receivers.of(way.journey())))
            .toList();
    if (packet.in().isPresent()
        && ways.stream().anyMatch(way -> way.journey().ending() == Ending.SENT)) {
      remarks.add(
          "taken for granted: the kernel forwards packets, and takes them from this source"
              + " (ip_forward, rp_filter)");
    }
    return new Explanation(host.name(), packet, remarks, host.unseen(), journey, ways);
  }

  private Packet packet(NetworkFacts network) {
    Routing routing = new Routing(network);
    Optional<String> in = arrival(network, routing);
    IpAddress to = destination(network, in);
    Packet.Payload payload =
        switch (question.service()) {
          case Service.Port port ->
              new Packet.Payload.Ports(
                  port.protocol().label(),
                  question.sourcePort().orElse(ANY_PORT),
                  port.port(),
                  Optional.of(Set.of(TcpFlag.SYN)));
          case Service.Icmp icmp ->
              new Packet.Payload.Icmp(icmp.kind().type(question.family()).orElseThrow(), 0);
        };
    return new Packet(
        in,
        Optional.empty(),
        question.from(),
        to,
        payload,
        new Packet.Tracking(Packet.State.NEW, false, false, false, to, payload.connectionPort()),
        Set.of(),
        0);
  }

  /** Finds the interface that the packet comes in by; nothing when the host itself sends it. */
  private Optional<String> arrival(NetworkFacts network, Routing routing) {
    if (question.in().isPresent()) {
      String named = question.in().get();
      Set<String> names =
          network.interfaces().stream().map(NetworkInterface::name).collect(Collectors.toSet());
      if (host.network().isPresent() && !names.contains(named)) {
        throw unknown(
            "--in: %s has no interface '%s'".formatted(host.name(), named),
            Suggestions.hint(named, names, "its interfaces"));
      }
      return question.in();
    }
    IpAddress from = question.from();
    if (routing.isLocal(from)) {
      remarks.add("%s is the host's own address: it sends the packet itself".formatted(from));
      return Optional.empty();
    }
    Set<String> back = new TreeSet<>(routing.interfacesTowards(from));
    if (back.size() == 1) {
      return back.stream().findFirst();
    }
    String many = String.join(", ", back);
    throw usage(
        back.isEmpty()
            ? "no route of %s leads to %s, so that it can't be told where its packets come in"
                .formatted(host.name(), from)
            : "packets from %s may come in to %s by each of %s".formatted(from, host.name(), many),
        "say by which interface, as in --in " + (back.isEmpty() ? "eth0" : back.iterator().next()));
  }

  private IpAddress destination(NetworkFacts network, Optional<String> in) {
    return switch (question.to()) {
      case Destination.Address it -> it.address();
      case Destination.Host _ -> facingOutside(network, in);
      case Destination.ToContainer it -> containerAddress(it.name());
    };
  }

  private IpAddress facingOutside(NetworkFacts network, Optional<String> in) {
    Set<String> outside = network.facingOutside();
    List<IpAddress> first = new ArrayList<>();
    List<IpAddress> others = new ArrayList<>();
    for (NetworkInterface one : network.interfaces()) {
      if (outside.contains(one.name()) && one.up()) {
        one.addresses().stream()
            .map(InterfaceAddress::address)
            .filter(it -> it.family() == question.family())
            .filter(it -> it.isLinkLocal() == question.from().isLinkLocal() && !it.isLoopback())
            .forEach((in.equals(Optional.of(one.name())) ? first : others)::add);
      }
    }
    first.addAll(others);
    if (first.isEmpty()) {
      String kind = question.family().label();
      throw new FwctlException(
          Problem.of(
              ErrorCode.UNKNOWN_NAME,
              host.network().isEmpty()
                  ? "without facts it is not known which %s address the host has".formatted(kind)
                  : "%s has no %s address on an interface that faces outside"
                      .formatted(host.name(), kind),
              "name the address in --to"
                  + (host.network().isEmpty() ? ", or give the host's facts with --facts" : "")));
    }
    IpAddress taken = first.removeFirst();
    if (!first.isEmpty()) {
      remarks.add(
          "of the addresses that face outside %s was taken; the others are %s"
              .formatted(
                  taken,
                  first.stream().map(IpAddress::toString).collect(Collectors.joining(", "))));
    }
    return taken;
  }

  private IpAddress containerAddress(String name) {
    DockerFacts docker =
        host.docker()
            .orElseThrow(
                () ->
                    usage(
                        "the containers of " + host.name() + " are not known",
                        "name the container's address in --to"));
    Container container =
        docker.containers().stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    unknown(
                        "--to: %s has no container '%s'".formatted(host.name(), name),
                        Suggestions.hint(
                            name,
                            docker.containers().stream().map(Container::name).toList(),
                            "its containers")));
    if (container.networking() == Networking.HOST) {
      throw usage(
          "container '%s' has no address of its own, but the host's network".formatted(name),
          "ask for the host instead: --to " + question.service());
    }
    List<IpAddress> addresses =
        container.attachments().stream()
            .flatMap(attachment -> attachment.addresses().stream())
            .filter(address -> address.family() == question.family())
            .toList();
    if (addresses.isEmpty()) {
      throw usage(
          "container '%s' has no %s address%s"
              .formatted(
                  name,
                  question.family().label(),
                  container.running() ? "" : ", as it does not run"),
          "name an address in --to, or ask for a port that it publishes");
    }
    if (addresses.size() > 1) {
      remarks.add(
          "of the addresses of container '%s' the first was taken, %s"
              .formatted(name, addresses.getFirst()));
    }
    return addresses.getFirst();
  }

  /** Makes up a network where none is known, and says so. */
  private NetworkFacts assumed(List<Table> tables) {
    String in =
        question
            .in()
            .orElseThrow(
                () ->
                    usage(
                        "without facts it is not known by which interface packets from %s come in"
                            .formatted(question.from()),
                        "name it, as in --in eth0, or give the host's facts with --facts"));
    AssumedNetwork network = new AssumedNetwork(tables, in);
    Optional<IpAddress> own =
        question.to() instanceof Destination.Address it
            ? Optional.of(it.address())
            : Optional.empty();
    NetworkFacts assumed = network.with(own, question.family());
    remarks.addAll(network.remarks());
    return assumed;
  }

  private static FwctlException usage(String message, String hint) {
    return new FwctlException(Problem.of(ErrorCode.USAGE, message, hint));
  }

  private static FwctlException unknown(String message, Optional<String> hint) {
    return new FwctlException(new Problem(ErrorCode.UNKNOWN_NAME, message, Optional.empty(), hint));
  }
}
