package dev.fwctl.core.exposure;

import dev.fwctl.core.known.KnownHost;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Attachment;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.ListenerFacts;
import dev.fwctl.model.ListenerFacts.Listener;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A host with Docker before 28 that faces the internet by eth0 and a network of its own by eth1,
 * and on which fwctl has never been.
 */
public final class ExposedHost {
  /** What Docker writes for containers that publish 8081 and, on the loopback address, 5432. */
  public static final String DOCKER =
      """
      *nat
      :PREROUTING ACCEPT
      :POSTROUTING ACCEPT
      :DOCKER -
      -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
      -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
      -A DOCKER -i docker0 -j RETURN
      -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8081 -j DNAT --to-destination 172.17.0.2:80
      -A DOCKER -d 127.0.0.1/32 ! -i docker0 -p tcp -m tcp --dport 5432 -j DNAT --to-destination 172.17.0.3:5432
      COMMIT
      *filter
      :INPUT ACCEPT
      :FORWARD DROP
      :DOCKER -
      :DOCKER-USER -
      -A FORWARD -j DOCKER-USER
      -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A FORWARD -o docker0 -j DOCKER
      -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
      -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
      -A DOCKER -d 172.17.0.3/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 5432 -j ACCEPT
      COMMIT
      """;

  private final Map<Family, List<Table>> rules = new EnumMap<>(Family.class);
  private final List<Container> containers = new ArrayList<>();
  private Optional<ListenerFacts> listeners = Optional.empty();
  private List<String> unseen = List.of();

  ExposedHost(String ipv4, String ipv6) {
    rules.put(Family.IPV4, RulesetText.parse(ipv4));
    rules.put(Family.IPV6, RulesetText.parse(ipv6));
    containers.add(container("shop", "172.17.0.2", published(8081, 80, "")));
    containers.add(container("db", "172.17.0.3", published(5432, 5432, "127.0.0.1")));
    listen(
        listener(TransportProtocol.TCP, "0.0.0.0", 22, "sshd"),
        listener(TransportProtocol.TCP, "::", 22, "sshd"),
        listener(TransportProtocol.TCP, "0.0.0.0", 8081, "docker-proxy"),
        listener(TransportProtocol.TCP, "::", 8081, "docker-proxy"),
        listener(TransportProtocol.TCP, "127.0.0.1", 5432, "docker-proxy"),
        listener(TransportProtocol.TCP, "127.0.0.1", 25, "master"));
  }

  /** Returns the host as Docker leaves it. */
  public static ExposedHost plain() {
    return new ExposedHost(DOCKER, "");
  }

  /** Returns the same with more rules at the beginning of a chain. */
  public static ExposedHost with(String... rules) {
    return new ExposedHost(
        DOCKER.replace(":DOCKER-USER -\n", ":DOCKER-USER -\n" + String.join("\n", rules) + "\n"),
        "");
  }

  public ExposedHost listen(Listener... sockets) {
    listeners = Optional.of(new ListenerFacts(true, List.of(sockets)));
    return this;
  }

  ExposedHost withoutListeners() {
    listeners = Optional.empty();
    return this;
  }

  public ExposedHost unseen(String what) {
    unseen = List.of(what);
    return this;
  }

  public ExposedHost container(Container container) {
    containers.add(container);
    return this;
  }

  static Listener listener(TransportProtocol protocol, String address, int port, String program) {
    return new Listener(
        protocol,
        address.equals("*") ? Optional.empty() : Optional.of(IpAddress.of(address)),
        Optional.empty(),
        port,
        List.of(program));
  }

  public static PublishedPort published(int port, int inside, String address) {
    return new PublishedPort(
        new ProtocolPorts(TransportProtocol.TCP, PortRange.single(port)),
        address.isEmpty() ? Optional.empty() : Optional.of(IpAddress.of(address)),
        PortRange.single(inside),
        false);
  }

  public static Container container(String name, String address, PublishedPort... published) {
    return container(name, Networking.NETWORKS, List.of(published), address);
  }

  static Container container(
      String name, Networking networking, List<PublishedPort> published, String... addresses) {
    return new Container(
        "0123456789ab",
        name,
        "web:1",
        true,
        networking,
        new TreeMap<>(),
        published,
        List.of(),
        List.of(
            new Attachment(
                "bridge", List.of(addresses).stream().map(IpAddress::of).toList(), List.of())));
  }

  private static NetworkInterface link(String name, String kind, String... addresses) {
    List<InterfaceAddress> own = new ArrayList<>();
    for (String address : addresses) {
      String[] parts = address.split("/");
      own.add(new InterfaceAddress(IpAddress.of(parts[0]), Integer.parseInt(parts[1])));
    }
    return new NetworkInterface(name, kind, true, own);
  }

  private static Route route(String to, String by) {
    return new Route(IpPrefix.of(to), Optional.empty(), by);
  }

  static NetworkFacts network() {
    return new NetworkFacts(
        "web-01",
        List.of(
            link("lo", "loopback", "127.0.0.1/8", "::1/128"),
            link("eth0", "", "192.0.2.10/24", "2001:db8::10/64"),
            link("eth1", "", "10.0.0.10/24"),
            link("docker0", "bridge", "172.17.0.1/16")),
        List.of(
            route("0.0.0.0/0", "eth0"),
            route("192.0.2.0/24", "eth0"),
            route("::/0", "eth0"),
            route("10.0.0.0/24", "eth1"),
            route("172.17.0.0/16", "docker0")),
        true);
  }

  public KnownHost known() {
    return new KnownHost(
        "web-01",
        Optional.of(network()),
        Optional.of(
            new DockerFacts(
                DockerFacts.State.RUNNING,
                "20.10.24",
                containers,
                List.of(
                    new ContainerNetwork(
                        "bridge",
                        "bridge",
                        Optional.of("docker0"),
                        List.of(IpPrefix.of("172.17.0.0/16")),
                        List.of())),
                new DockerFacts.Settings(false, false, Optional.empty()))),
        Optional.empty(),
        listeners,
        rules,
        List.of(),
        List.of(),
        unseen);
  }
}
