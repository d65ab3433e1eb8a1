package dev.fwctl.campaign;

import dev.fwctl.lab.HeldConnection;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.Probe;
import dev.fwctl.model.Family;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Who asks for what, by which protocol: what one probe of a round tries. */
record Way(Client client, Service service, Family family) {
  /** Who asks, from an address of each family. */
  enum Client {
    OFFICE("203.0.113.5", "2001:db8:7::5"),
    PARTNER("198.51.100.5", "2001:db8:9::5");

    private final String ipv4;
    private final String ipv6;

    Client(String ipv4, String ipv6) {
      this.ipv4 = ipv4;
      this.ipv6 = ipv6;
    }

    String address(Family family) {
      return family == Family.IPV4 ? ipv4 : ipv6;
    }
  }

  /** What is asked for. */
  enum Service {
    /** A process of the host itself. */
    HOST(9000, "host"),
    /** A published port of a container, which is another inside. */
    SHOP(8081, "{container: shop}");

    private final int port;
    private final String target;

    Service(int port, String target) {
      this.port = port;
      this.target = target;
    }

    int port() {
      return port;
    }

    /** Returns what it is called in a policy. */
    String target() {
      return target;
    }
  }

  /** Returns all ways there are. */
  static List<Way> all() {
    List<Way> all = new ArrayList<>();
    for (Client client : Client.values()) {
      for (Service service : Service.values()) {
        for (Family family : Family.values()) {
          all.add(new Way(client, service, family));
        }
      }
    }
    return Collections.unmodifiableList(all);
  }

  Probe probe(Lab lab, String host) {
    return lab.probeOf(client.address(family), host + ":" + service.port());
  }

  HeldConnection hold(Lab lab, String host) {
    return lab.hold(client.address(family), host + ":" + service.port());
  }

  @Override
  public String toString() {
    return "%s to %s on %s".formatted(client, service, family);
  }
}
