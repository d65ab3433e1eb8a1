package dev.fwctl.campaign;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A policy: who may reach what.
 *
 * @param allowed whom each service lets in
 * @param lockOut whether everything is denied from everywhere, SSH from the controller as well
 */
record Grants(Map<Way.Service, Set<Way.Client>> allowed, boolean lockOut) {
  /** One in how many policies would lock everybody out. */
  private static final int LOCK_OUT = 8;

  Grants {
    Map<Way.Service, Set<Way.Client>> copy = new EnumMap<>(Way.Service.class);
    for (Way.Service service : Way.Service.values()) {
      Set<Way.Client> clients = EnumSet.noneOf(Way.Client.class);
      clients.addAll(allowed.getOrDefault(service, Set.of()));
      copy.put(service, Collections.unmodifiableSet(clients));
    }
    allowed = Collections.unmodifiableMap(copy);
  }

  /** Draws one that is none of some others. */
  static Grants draw(Random random, Grants... others) {
    while (true) {
      Map<Way.Service, Set<Way.Client>> allowed = new EnumMap<>(Way.Service.class);
      for (Way.Service service : Way.Service.values()) {
        Set<Way.Client> clients = EnumSet.noneOf(Way.Client.class);
        for (Way.Client client : Way.Client.values()) {
          if (random.nextBoolean()) {
            clients.add(client);
          }
        }
        allowed.put(service, clients);
      }
      Grants drawn = new Grants(allowed, random.nextInt(LOCK_OUT) == 0);
      if (!List.of(others).contains(drawn)) {
        return drawn;
      }
    }
  }

  boolean allow(Way way) {
    return !lockOut && allowed.getOrDefault(way.service(), Set.of()).contains(way.client());
  }

  /** Returns the policy document that says so. */
  String document() {
    List<String> lines = new ArrayList<>();
    lines.add(
        """
        fwctl: 1
        sources:
          office:  [203.0.113.0/24, "2001:db8:7::/48"]
          partner: [198.51.100.0/24, "2001:db8:9::/48"]
        policies:
          campaign:
            hosts: all
            inbound:
              default: drop""");
    if (lockOut) {
      lines.add("      deny:\n        - {to: any, from: any}");
    }
    List<String> allow = new ArrayList<>();
    allowed.forEach(
        (service, clients) -> {
          if (!clients.isEmpty()) {
            allow.add(
                "        - {to: %s, port: %d/tcp, from: [%s]}"
                    .formatted(service.target(), service.port(), names(clients)));
          }
        });
    if (!allow.isEmpty()) {
      lines.add("      allow:");
      lines.addAll(allow);
    }
    return String.join("\n", lines) + "\n";
  }

  private static String names(Set<Way.Client> clients) {
    return clients.stream()
        .map(client -> client.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  /** Returns it in short: {@code host:op shop:o}, or {@code nobody}. */
  @Override
  public String toString() {
    if (lockOut) {
      return "nobody, locked out";
    }
    return allowed.entrySet().stream()
        .map(
            entry ->
                entry.getKey().name().toLowerCase(Locale.ROOT)
                    + ":"
                    + entry.getValue().stream()
                        .map(client -> client.name().substring(0, 1).toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining()))
        .collect(Collectors.joining(" "));
  }
}
