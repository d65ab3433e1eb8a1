package dev.fwctl.plugin.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Attachment;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.DockerFacts.Settings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.spi.ProbeAnswer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads what the probe printed.
 *
 * <p>Names, labels and images are taken as they are. Source of the documents: the Docker Engine
 * API, version 1.41 (Docker 20.10) and later, "Inspect a container", "List networks", "Get system
 * information".
 */
final class DockerAnswer {
  private static final String BRIDGE_NAME = "com.docker.network.bridge.name";
  private static final List<String> GATEWAY_MODES =
      List.of(
          "com.docker.network.bridge.gateway_mode_ipv4",
          "com.docker.network.bridge.gateway_mode_ipv6");
  private static final Settings UNKNOWN = new Settings(false, false, Optional.empty());

  private final ObjectMapper json = JsonMapper.builder().build();

  DockerFacts parse(ProbeAnswer answer) {
    String output = answer.output();
    if (output.equals("absent\n")) {
      return DockerFacts.absent();
    }
    if (!output.endsWith("\nend\n")) {
      return new DockerFacts(DockerFacts.State.NOT_ANSWERING, "", List.of(), List.of(), UNKNOWN);
    }
    JsonNode info = json.nullNode();
    List<ContainerNetwork> networks = new ArrayList<>();
    SequencedMap<String, Optional<Container>> containers = new LinkedHashMap<>();
    for (String line : output.split("\n", -1)) {
      int space = line.indexOf(' ');
      String rest = line.substring(space + 1);
      switch (space < 0 ? line : line.substring(0, space)) {
        case "info" -> info = read(rest);
        case "networks" -> read(rest).forEach(network -> networks.add(network(network)));
        case "network" -> networks.add(network(read(rest)));
        case "expected" -> containers.put(rest, Optional.empty());
        case "gone" -> containers.remove(rest);
        case "container" -> {
          Container container = container(read(rest));
          containers.put(container.id(), Optional.of(container));
        }
        case "broken" -> throw broken(rest);
        case "end", "" -> {}
        default -> throw malformed("a line begins with neither of the words that it may");
      }
    }
    String version = info.path("ServerVersion").asText();
    if (version.isEmpty()) {
      return new DockerFacts(DockerFacts.State.NOT_ANSWERING, "", List.of(), List.of(), UNKNOWN);
    }
    List<Container> present = new ArrayList<>();
    containers.forEach(
        (id, container) ->
            container.ifPresentOrElse(present::add, () -> requireGone(id, answer.errors())));
    present.sort(Comparator.comparing(Container::name).thenComparing(Container::id));
    networks.sort(Comparator.comparing(ContainerNetwork::name));
    return new DockerFacts(DockerFacts.State.RUNNING, version, present, networks, settings(info));
  }

  /** Holds that the docker command said of a container, which it did not show, that it is gone. */
  private static void requireGone(String id, String errors) {
    if (errors.lines().noneMatch(line -> line.contains("No such") && line.contains(id))) {
      throw malformed("the engine shows nothing of container " + id + ": " + errors.strip());
    }
  }

  private JsonNode read(String line) {
    try {
      return json.readTree(line);
    } catch (JsonProcessingException e) {
      throw malformed("no JSON: " + e.getOriginalMessage());
    }
  }

  private static Settings settings(JsonNode info) {
    String swarm = info.path("Swarm").path("LocalNodeState").asText();
    return new Settings(
        !swarm.isEmpty() && !swarm.equals("inactive"),
        info.path("SecurityOptions")
            .valueStream()
            .anyMatch(option -> option.asText().startsWith("name=rootless")),
        text(info.path("FirewallBackend").path("Driver")));
  }

  private static ContainerNetwork network(JsonNode network) {
    String driver = network.path("Driver").asText();
    String name = network.path("Name").asText();
    JsonNode options = network.path("Options");
    Optional<String> bridge =
        driver.equals("bridge")
            ? text(options.path(BRIDGE_NAME)).or(() -> Optional.of(defaultBridge(name, network)))
            : Optional.empty();
    List<IpPrefix> subnets = new ArrayList<>();
    for (JsonNode pool : network.path("IPAM").path("Config")) {
      text(pool.path("Subnet")).ifPresent(subnet -> subnets.add(subnet(subnet)));
    }
    List<String> modes =
        GATEWAY_MODES.stream().flatMap(mode -> text(options.path(mode)).stream()).toList();
    return new ContainerNetwork(name, driver, bridge, subnets, modes);
  }

  /** Docker's own choice of a bridge's name, in its bridge driver. */
  private static String defaultBridge(String name, JsonNode network) {
    if (name.equals("bridge")) {
      return "docker0";
    }
    String id = network.path("Id").asText();
    if (id.length() < 12) {
      throw malformed("the network '" + name + "' has no identifier");
    }
    return "br-" + id.substring(0, 12);
  }

  /** Reads a subnet; users may write the gateway's address for it. */
  private static IpPrefix subnet(String text) {
    int slash = text.indexOf('/');
    if (slash > 0 && text.substring(slash + 1).matches("[0-9]{1,3}")) {
      IpAddress address = address(text.substring(0, slash));
      int length = Integer.parseInt(text.substring(slash + 1));
      if (length <= address.family().bits()) {
        return IpPrefix.containing(address, length);
      }
    }
    throw malformed("a network has the subnet '" + text + "'");
  }

  private static Container container(JsonNode container) {
    require(container, "Id", "Name");
    String name = container.path("Name").asText();
    JsonNode config = require(container.path("Config"), "Image", "Labels");
    JsonNode hostConfig = require(container.path("HostConfig"), "NetworkMode", "PortBindings");
    JsonNode settings = require(container.path("NetworkSettings"), "Ports", "Networks");
    Networking networking = networking(hostConfig.path("NetworkMode").asText());
    JsonNode state = require(container.path("State"), "Running", "Restarting");
    boolean running = state.path("Running").asBoolean();
    // Between two attempts of a container that keeps failing, the engine shows no ports.
    boolean connected = running && !state.path("Restarting").asBoolean();
    SortedMap<String, String> labels = new TreeMap<>();
    config
        .path("Labels")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    List<ProtocolPorts> exposed = new ArrayList<>();
    for (Map.Entry<String, JsonNode> port : config.path("ExposedPorts").properties()) {
      ports(port.getKey()).ifPresent(exposed::add);
    }
    List<Attachment> attachments = new ArrayList<>();
    List<PortMap.Entry> published = new ArrayList<>();
    // In any other mode the engine ignores what the configuration publishes.
    if (networking == Networking.NETWORKS) {
      for (Map.Entry<String, JsonNode> network : settings.path("Networks").properties()) {
        attachments.add(attachment(network.getKey(), network.getValue()));
      }
      JsonNode bindings = hostConfig.path("PortBindings");
      published.addAll(connected ? inForce(settings.path("Ports"), bindings) : wanted(bindings));
    }
    return new Container(
        container.path("Id").asText(),
        name.startsWith("/") ? name.substring(1) : name,
        config.path("Image").asText(),
        running,
        networking,
        labels,
        PortMap.publish(published),
        PortMap.join(exposed),
        attachments);
  }

  /** Holds that an object has members: one that is missing must not pass for an empty one. */
  private static JsonNode require(JsonNode object, String... members) {
    for (String member : members) {
      if (!object.has(member)) {
        throw malformed("a container has no '" + member + "'");
      }
    }
    return object;
  }

  private static Networking networking(String mode) {
    if (mode.equals("host")) {
      return Networking.HOST;
    }
    if (mode.equals("none")) {
      return Networking.NONE;
    }
    return mode.startsWith("container:") ? Networking.CONTAINER : Networking.NETWORKS;
  }

  private static Attachment attachment(String name, JsonNode network) {
    JsonNode configuration = network.path("IPAMConfig");
    return new Attachment(
        // What an engine calls the default network of a container that has never run.
        name.equals("default") ? "bridge" : name,
        addresses(network.path("IPAddress"), network.path("GlobalIPv6Address")),
        addresses(configuration.path("IPv4Address"), configuration.path("IPv6Address")));
  }

  private static List<IpAddress> addresses(JsonNode ipv4, JsonNode ipv6) {
    List<IpAddress> addresses = new ArrayList<>();
    text(ipv4).ifPresent(text -> addresses.add(address(text)));
    text(ipv6).ifPresent(text -> addresses.add(address(text)));
    return addresses;
  }

  /**
   * Reads the ports of a running container. One that is bound to no port of the host is in routed
   * mode and no published port; one that the configuration does not fix was chosen by the engine.
   */
  private static List<PortMap.Entry> inForce(JsonNode ports, JsonNode bindings) {
    List<PortMap.Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> port : ports.properties()) {
      for (JsonNode binding : port.getValue()) {
        String hostPort = binding.path("HostPort").asText();
        boolean dynamic =
            bindings
                .path(port.getKey())
                .valueStream()
                .noneMatch(wanted -> wanted.path("HostPort").asText().equals(hostPort));
        entry(port.getKey(), binding, dynamic).ifPresent(entries::add);
      }
    }
    return entries;
  }

  /** Reads the ports that a container will have when it starts, as far as that is fixed. */
  private static List<PortMap.Entry> wanted(JsonNode bindings) {
    List<PortMap.Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> port : bindings.properties()) {
      for (JsonNode binding : port.getValue()) {
        entry(port.getKey(), binding, false).ifPresent(entries::add);
      }
    }
    return entries;
  }

  private static Optional<PortMap.Entry> entry(String port, JsonNode binding, boolean dynamic) {
    Optional<Integer> hostPort = portNumber(binding.path("HostPort").asText());
    return hostPort.flatMap(
        number ->
            ports(port)
                .map(
                    inner ->
                        new PortMap.Entry(
                            inner.protocol(),
                            hostAddress(binding.path("HostIp").asText()),
                            number,
                            inner.ports().first(),
                            dynamic)));
  }

  /** Reads the host's address of a binding; Docker writes every address in three ways. */
  private static Optional<IpAddress> hostAddress(String text) {
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(address(text)).filter(address -> !address.isUnspecified());
  }

  /**
   * Reads {@code 80/tcp}, {@code 80} or {@code 80-90/tcp}; nothing for a protocol without ports.
   */
  private static Optional<ProtocolPorts> ports(String text) {
    int slash = text.indexOf('/');
    String number = slash < 0 ? text : text.substring(0, slash);
    String protocol = slash < 0 ? "tcp" : text.substring(slash + 1);
    int dash = number.indexOf('-');
    Optional<Integer> first = portNumber(dash < 0 ? number : number.substring(0, dash));
    Optional<Integer> last = dash < 0 ? first : portNumber(number.substring(dash + 1));
    if (first.isEmpty() || last.isEmpty() || first.get() > last.get()) {
      throw malformed("a container has the port '" + text + "'");
    }
    return TransportProtocol.parse(protocol)
        .map(known -> new ProtocolPorts(known, new PortRange(first.get(), last.get())));
  }

  /** Reads a port; nothing for an empty text, 0, or a range of which the engine chooses one. */
  private static Optional<Integer> portNumber(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    int port = Integer.parseInt(text);
    return port < 1 || port > 65535 ? Optional.empty() : Optional.of(port);
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() && !node.textValue().isEmpty()
        ? Optional.of(node.textValue())
        : Optional.empty();
  }

  private static IpAddress address(String text) {
    return IpAddress.parse(text)
        .orElseThrow(() -> malformed("'" + text + "' stands where an address should"));
  }

  private static FwctlException broken(String line) {
    int space = line.indexOf(' ');
    String id = space < 0 ? line : line.substring(0, Math.min(12, space));
    return new FwctlException(
        Problem.of(
            ErrorCode.ANSWER_MALFORMED,
            "the Docker engine can't show container %s: %s"
                .formatted(id, line.substring(space + 1)),
            "repair or remove it: docker rm --force " + id));
  }

  private static FwctlException malformed(String why) {
    return new FwctlException(
        Problem.of(ErrorCode.ANSWER_MALFORMED, "the Docker engine's answer can't be read: " + why));
  }
}
