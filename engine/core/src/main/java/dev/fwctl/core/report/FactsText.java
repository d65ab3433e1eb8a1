package dev.fwctl.core.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fwctl.core.facts.FactsJson;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.facts.ReceiptFormat;
import dev.fwctl.model.BootFacts;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Attachment;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.CounterFacts;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.Fact;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.ListenerFacts;
import dev.fwctl.model.ListenerFacts.Listener;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.UnderWay;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Ruleset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes for a person what was learnt of hosts; nothing is cut, and only names are coloured. */
public final class FactsText {
  private static final String INDENT = "  ";
  private static final String ITEM = "    ";
  private static final String DETAIL = "      ";

  private final Style style;
  private final ProblemText problems;
  private final FactsJson json = new FactsJson();

  public FactsText(Style style, ProblemText problems) {
    this.style = style;
    this.problems = problems;
  }

  /** Returns what came of asking one host; every line ends in a line feed. */
  public String reading(String host, HostReading reading) {
    StringBuilder text = new StringBuilder();
    text.append(style.heading(Printable.text(host))).append('\n');
    switch (reading) {
      case HostReading.Failed failed ->
          failed.problems().forEach(problem -> text.append(problems.error(problem)));
      case HostReading.Gathered gathered -> {
        List<Map.Entry<String, Fact>> facts = new ArrayList<>(gathered.facts().facts().entrySet());
        facts.sort(Comparator.comparingInt(entry -> rank(entry.getValue())));
        facts.forEach(entry -> append(text, entry.getKey(), entry.getValue()));
        for (Problem problem : gathered.obstacles()) {
          text.append(problems.error(problem));
        }
        for (Problem problem : gathered.warnings()) {
          text.append(problems.warning(problem));
        }
      }
    }
    return text.toString();
  }

  /** Tells how early a fact stands: from the outside in, and those of others last. */
  private static int rank(Fact fact) {
    return switch (fact) {
      case NetworkFacts _ -> 0;
      case SshFacts _ -> 1;
      case ListenerFacts _ -> 2;
      case DockerFacts _ -> 3;
      case FirewallFacts _ -> 4;
      case NftablesFacts _ -> 5;
      case Receipt _ -> 6;
      default -> 7;
    };
  }

  private void append(StringBuilder text, String name, Fact fact) {
    switch (fact) {
      case NetworkFacts network -> append(text, network);
      case SshFacts ssh -> append(text, ssh);
      case ListenerFacts listeners -> append(text, listeners);
      case DockerFacts docker -> append(text, docker);
      case FirewallFacts firewall -> append(text, firewall);
      case NftablesFacts nftables -> append(text, nftables);
      case Receipt receipt -> append(text, receipt);
      // It is told as a warning.
      case UnderWay _ -> {}
      // What it means, `fwctl doctor` tells.
      case CounterFacts _ -> {}
      case BootFacts boot ->
          heading(
              text,
              boot.loadsRules()
                  ? "boot: loads the rules of fwctl"
                  : "boot: forgets the rules of fwctl, as its units are not enabled");
      default -> {
        heading(text, name);
        append(text, json.value(fact), ITEM);
      }
    }
  }

  private void append(StringBuilder text, NetworkFacts network) {
    heading(
        text,
        "network: %s, %s"
            .formatted(network.hostname(), network.ipv6() ? "IPv4 and IPv6" : "IPv4 only"));
    SortedSet<String> outside = network.facingOutside();
    List<String> bare = new ArrayList<>();
    for (NetworkInterface one : network.interfaces()) {
      boolean facesOutside = outside.contains(one.name());
      if (one.addresses().isEmpty() && !facesOutside) {
        bare.add(one.name());
        continue;
      }
      List<String> words = new ArrayList<>();
      if (facesOutside) {
        words.add("faces outside");
      }
      if (!one.kind().isEmpty()) {
        words.add(one.kind());
      }
      if (!one.up()) {
        words.add("down");
      }
      one.addresses().forEach(address -> words.add(address.toString()));
      item(text, one.name(), String.join(", ", words));
    }
    if (!bare.isEmpty()) {
      item(text, "without addresses", String.join(", ", bare));
    }
    for (Route route : network.routes()) {
      if (route.isDefault()) {
        item(
            text,
            "default route, " + route.destination().family().label(),
            route.gateway().map(gateway -> "by " + gateway + " ").orElse("")
                + "through "
                + route.interfaceName());
      }
    }
    long others = network.routes().stream().filter(route -> !route.isDefault()).count();
    item(text, "other routes", Long.toString(others));
  }

  private void append(StringBuilder text, SshFacts ssh) {
    heading(
        text,
        ssh.listening().isEmpty()
            ? "ssh: no server found"
            : "ssh: listens on "
                + ssh.listening().stream()
                    .map(socket -> socket.address().withPort(socket.port()))
                    .collect(Collectors.joining(", ")));
    ssh.connection()
        .ifPresent(
            own ->
                item(
                    text,
                    "our connection",
                    "from %s to %s"
                        .formatted(own.client(), own.server().withPort(own.serverPort()))));
  }

  private void append(StringBuilder text, ListenerFacts listeners) {
    heading(text, listeners.known() ? "listening" : "listening: not known");
    Map<String, SortedSet<String>> programs = new TreeMap<>();
    for (Listener one : listeners.listeners()) {
      programs
          .computeIfAbsent(
              one.programs().isEmpty() ? "not known who" : String.join(", ", one.programs()),
              unseen -> new TreeSet<>())
          .add(
              one.address().map(address -> address.withPort(one.port())).orElse("*:" + one.port())
                  + "/"
                  + one.protocol()
                  + one.interfaceName().map(name -> " on " + name).orElse(""));
    }
    programs.forEach((names, ends) -> item(text, names, String.join(", ", ends)));
  }

  private void append(StringBuilder text, DockerFacts docker) {
    switch (docker.state()) {
      case ABSENT -> heading(text, "docker: none");
      case NOT_ANSWERING -> heading(text, "docker: installed, but it does not answer");
      case RUNNING -> {
        List<String> words = new ArrayList<>();
        words.add("docker: " + docker.version());
        docker.settings().firewallBackend().ifPresent(backend -> words.add("firewall " + backend));
        if (docker.settings().swarm()) {
          words.add("in a swarm");
        }
        if (docker.settings().rootless()) {
          words.add("rootless");
        }
        long running = docker.containers().stream().filter(Container::running).count();
        words.add("%d of %d containers running".formatted(running, docker.containers().size()));
        heading(text, String.join(", ", words));
        docker.containers().forEach(container -> append(text, container));
        docker.networks().forEach(network -> append(text, network));
      }
    }
  }

  private void append(StringBuilder text, Container container) {
    List<String> words = new ArrayList<>();
    words.add(container.running() ? "running" : "stopped");
    words.add("image " + container.image());
    switch (container.networking()) {
      case HOST -> words.add("in the host's network");
      case CONTAINER -> words.add("in another container's network");
      case NONE -> words.add("without network");
      case NETWORKS -> {}
    }
    item(text, "container " + container.name(), String.join(", ", words));
    if (!container.published().isEmpty()) {
      detail(
          text,
          "publishes",
          container.published().stream()
              .map(FactsText::published)
              .collect(Collectors.joining(", ")));
    }
    if (container.networking() == Networking.HOST && !container.exposed().isEmpty()) {
      detail(
          text,
          "exposes",
          container.exposed().stream().map(Object::toString).collect(Collectors.joining(", ")));
    }
    for (Attachment attachment : container.attachments()) {
      List<String> addresses = new ArrayList<>();
      attachment.addresses().forEach(address -> addresses.add(address.toString()));
      attachment
          .fixedAddresses()
          .forEach(
              address -> {
                addresses.remove(address.toString());
                addresses.add(address + " (fixed)");
              });
      detail(
          text,
          "network " + attachment.network(),
          addresses.isEmpty() ? "no address now" : String.join(", ", addresses));
    }
    for (Map.Entry<String, String> label : container.labels().entrySet()) {
      detail(text, "label", label.getKey() + "=" + label.getValue());
    }
  }

  private static String published(PublishedPort port) {
    return port + (port.dynamic() ? " (chosen by Docker)" : "");
  }

  private void append(StringBuilder text, ContainerNetwork network) {
    List<String> words = new ArrayList<>();
    words.add(network.driver());
    network.bridge().ifPresent(bridge -> words.add("interface " + bridge));
    network.subnets().forEach(subnet -> words.add(subnet.toString()));
    network.gatewayModes().forEach(mode -> words.add("gateway mode " + mode));
    item(text, "network " + network.name(), String.join(", ", words));
  }

  private void append(StringBuilder text, FirewallFacts firewall) {
    String tools =
        firewall.tools().stream()
            .map(
                tool ->
                    "iptables %s (%s)"
                        .formatted(tool.version(), tool.variant().name().toLowerCase(Locale.ROOT)))
            .collect(Collectors.joining(", "));
    List<String> words = new ArrayList<>();
    words.add(tools.isEmpty() ? "no iptables" : tools);
    if (!tools.isEmpty() && !firewall.ip6tables()) {
      words.add("no ip6tables");
    }
    words.add(firewall.ipset() ? "ipset" : "no ipset");
    heading(text, "firewall: " + String.join(", ", words));
    for (Ruleset ruleset : firewall.rulesets()) {
      item(
          text,
          ruleset.family().label() + " " + ruleset.variant().name().toLowerCase(Locale.ROOT),
          ruleset.tables().stream()
              .map(table -> Count.of(rules(table.chains()), "rule") + " in " + table.name())
              .collect(Collectors.joining(", ")));
    }
    firewall
        .hidden()
        .forEach(
            table ->
                item(
                    text,
                    table.family().label() + " table " + table.name(),
                    "holds rules that iptables can't show"));
    if (!firewall.sets().isEmpty()) {
      item(text, "address sets of fwctl", Count.of(firewall.sets().size(), "set"));
    }
  }

  private void append(StringBuilder text, NftablesFacts nftables) {
    String tables =
        nftables.tables().stream()
            .map(table -> table.family() + " " + table.name())
            .collect(Collectors.joining(", "));
    heading(
        text,
        "nftables: " + (!nftables.known() ? "not known" : tables.isEmpty() ? "no tables" : tables));
  }

  private static int rules(Collection<Chain> chains) {
    return chains.stream().mapToInt(chain -> chain.rules().size()).sum();
  }

  private void append(StringBuilder text, Receipt receipt) {
    heading(
        text,
        ReceiptFormat.NAME
            + ": applied "
            + receipt.appliedAt()
            + " by "
            + receipt.appliedBy()
            + ", run "
            + receipt.run()
            + receipt.commit().map(commit -> ", commit " + commit).orElse("")
            + (receipt.dirty() ? " with uncommitted changes" : "")
            + ", "
            + Count.of(receipt.rules().size(), "rule"));
  }

  /** Writes any value, a line a scalar. */
  private static void append(StringBuilder text, JsonNode node, String indent) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        append(text, member.getKey() + ": ", member.getValue(), indent);
      }
    } else {
      node.forEach(element -> append(text, "- ", element, indent));
    }
  }

  private static void append(StringBuilder text, String name, JsonNode value, String indent) {
    if (value.isContainerNode() && !value.isEmpty()) {
      line(text, indent, name.strip(), indent);
      append(text, value, indent + INDENT);
    } else {
      String shown = value.isContainerNode() ? "none" : value.isNull() ? "-" : value.asText();
      line(text, indent, name + shown, indent + DETAIL);
    }
  }

  private void heading(StringBuilder text, String content) {
    line(text, INDENT, content, DETAIL);
  }

  private void item(StringBuilder text, String name, String content) {
    line(text, ITEM, name + ": " + content, ITEM + ITEM);
  }

  private void detail(StringBuilder text, String name, String content) {
    line(text, DETAIL, name + ": " + content, DETAIL + ITEM);
  }

  private static void line(StringBuilder text, String indent, String content, String next) {
    Paragraph.append(text, indent, Printable.text(content), next);
  }
}
