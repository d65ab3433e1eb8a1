package dev.fwctl.plugin.interfaces;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import org.pf4j.Extension;

/**
 * Learns a host's interfaces, addresses and routes.
 *
 * <p>One process: {@code ip} of iproute2 4.14 or later with a batch of two commands and its answer
 * as JSON, one line each. Source: ip(8), ip-route(8).
 */
@Extension
public final class NetworkGatherer implements FactGatherer {
  private static final int NOT_FOUND = 127;

  /** Route tables by whose default routes nothing leaves the host. */
  private static final String LOCAL_TABLE = "local";

  private final ObjectMapper json = JsonMapper.builder().build();

  @Override
  public String name() {
    return "network";
  }

  @Override
  public String probe() {
    return """
        read -r fwctl_hostname </proc/sys/kernel/hostname
        printf '%s\\n' "$fwctl_hostname"
        if [ -e /proc/net/if_inet6 ]; then echo ipv6; else echo 'no ipv6'; fi
        exec ip -json -details -batch - <<'END'
        address show
        route show table all
        END
        """;
  }

  @Override
  public NetworkFacts parse(ProbeAnswer answer) {
    if (answer.exitStatus() == NOT_FOUND) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.HOST_UNSUITABLE,
              "the host has no command 'ip'",
              "install the package iproute2 on it"));
    }
    List<String> lines = answer.output().lines().toList();
    if (answer.exitStatus() != 0 || lines.size() != 4) {
      throw malformed(
          "'ip' ended with status %d and %d lines instead of 0 and 4: %s"
              .formatted(answer.exitStatus(), lines.size(), answer.errors().strip()));
    }
    List<NetworkInterface> interfaces = new ArrayList<>();
    for (JsonNode link : array(lines.get(2))) {
      // Some releases print an empty object for what a filter passed over.
      if (!link.path("ifname").isMissingNode()) {
        interfaces.add(networkInterface(link));
      }
    }
    SequencedSet<Route> routes = new LinkedHashSet<>();
    for (JsonNode route : array(lines.get(3))) {
      routes.addAll(routes(route));
    }
    return new NetworkFacts(
        lines.get(0), interfaces, List.copyOf(routes), lines.get(1).equals("ipv6"));
  }

  private JsonNode array(String line) {
    try {
      JsonNode node = json.readTree(line);
      if (!node.isArray()) {
        throw malformed("'ip' printed no list");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw malformed("'ip' printed no JSON: " + e.getOriginalMessage());
    }
  }

  private static NetworkInterface networkInterface(JsonNode link) {
    String kind =
        link.path("link_type").asText().equals("loopback")
            ? "loopback"
            : link.path("linkinfo").path("info_kind").asText();
    boolean up = link.path("flags").valueStream().anyMatch(flag -> flag.asText().equals("UP"));
    List<InterfaceAddress> addresses = new ArrayList<>();
    for (JsonNode address : link.path("addr_info")) {
      if (!address.path("local").isMissingNode()) {
        addresses.add(
            new InterfaceAddress(
                address(address.path("local").asText()), address.path("prefixlen").asInt()));
      }
    }
    return new NetworkInterface(link.path("ifname").asText(), kind, up, addresses);
  }

  /**
   * Makes routes of what the kernel calls one: one for each next hop.
   *
   * <p>Of tables other than main only default routes count: by those, too, an interface faces the
   * world. What is local to the host or leads nowhere is no route.
   */
  private static List<Route> routes(JsonNode route) {
    String table = route.path("table").asText("main");
    if (!route.path("type").asText("unicast").equals("unicast") || table.equals(LOCAL_TABLE)) {
      return List.of();
    }
    IpPrefix destination = destination(route);
    if (!table.equals("main") && destination.length() > 0) {
      return List.of();
    }
    List<Route> routes = new ArrayList<>();
    for (JsonNode hop : route.has("nexthops") ? route.path("nexthops") : List.of(route)) {
      if (hop.has("dev")) {
        routes.add(new Route(destination, gateway(hop), hop.path("dev").asText()));
      }
    }
    return routes;
  }

  private static Optional<IpAddress> gateway(JsonNode hop) {
    JsonNode gateway = hop.path("gateway");
    JsonNode other = hop.path("via").path("host");
    return gateway.isTextual()
        ? Optional.of(address(gateway.textValue()))
        : other.isTextual() ? Optional.of(address(other.textValue())) : Optional.empty();
  }

  private static IpPrefix destination(JsonNode route) {
    String text = route.path("dst").asText();
    if (text.equals("default")) {
      return IpPrefix.everything(defaultFamily(route));
    }
    int slash = text.indexOf('/');
    if (slash < 0) {
      return IpPrefix.single(address(text));
    }
    return IpPrefix.parse(text).orElseThrow(() -> malformed("'ip' printed the route " + text));
  }

  /**
   * Tells the family of a default route, which {@code ip} does not print: that of its gateway, and
   * without one IPv6 if it has a router preference, which the kernel gives to each IPv6 route. A
   * next hop of the other family ({@code via}) is only possible for IPv4.
   */
  private static Family defaultFamily(JsonNode route) {
    for (JsonNode hop : route.has("nexthops") ? route.path("nexthops") : List.of(route)) {
      JsonNode gateway = hop.path("gateway");
      if (gateway.isTextual()) {
        return address(gateway.textValue()).family();
      }
    }
    return route.has("pref") ? Family.IPV6 : Family.IPV4;
  }

  private static IpAddress address(String text) {
    return IpAddress.parse(text).orElseThrow(() -> malformed("'ip' printed the address " + text));
  }

  private static FwctlException malformed(String why) {
    return new FwctlException(
        Problem.of(ErrorCode.ANSWER_MALFORMED, "the host's network can't be read: " + why));
  }
}
