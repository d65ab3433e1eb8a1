package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.Execution;
import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabHost;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.Outcome;
import dev.fwctl.lab.Probe;
import dev.fwctl.model.Family;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One host of each Debian release that the lab knows, and one with iptables-legacy, each with the
 * same containers, and a policy repository for all of them.
 *
 * <p>A scenario writes a policy, applies it to the whole fleet at once, and looks with packets from
 * outside; what it sees is told host by host. On every host:
 *
 * <ul>
 *   <li>{@code shop} on the default bridge answers HTTP at its port 8080, published as 8081
 *   <li>{@code api} on the network {@code backend} echoes at the same inner port, published as 8082
 *   <li>{@code admin} is published as 8083 on the host's first address only; on the host's second
 *       address the host itself echoes at 8083
 *   <li>{@code depot} has a range of ports, 8100 to 8102 at its 9100 to 9102, and UDP 5353 at its
 *       53
 *   <li>{@code monitor} has host networking and answers HTTP at 8090
 *   <li>{@code six} on a network with IPv6 answers HTTP at its 8080, published as 8084
 *   <li>{@code worker} on {@code backend} echoes at 7000 and publishes nothing
 *   <li>the host itself echoes at TCP 9000 and at UDP 9001
 *   <li>somebody else has rules in INPUT and, where there is one, in DOCKER-USER
 * </ul>
 */
final class Fleet implements AutoCloseable {
  /** Somewhere outside that containers and hosts send to; everything the tests ask for answers. */
  static final String REMOTE_IPV4 = "198.18.0.80";

  static final String REMOTE_IPV6 = "2001:db8:80::80";

  /** Containers start one after the other on every host at once. */
  private static final Duration SCRIPT_LIMIT = Duration.ofMinutes(5);

  private static final String SOURCES =
      """
      fwctl: 1
      sources:
        office: [203.0.113.0/24, "2001:db8:7::/48"]
        banned: [203.0.113.66, "2001:db8:7::66"]
        monitors: [198.51.100.7, "2001:db8:9::7"]
        faraway: [192.0.2.0/24, "2001:db8:ffff::/48"]
        neighbour: [10.90.0.3, "fd00:90::3"]
        remote: [198.18.0.80, "2001:db8:80::80"]
      """;

  private final Lab lab;
  private final Path folder;
  private final Program program;
  private final Map<String, Map<String, String>> addresses = new ConcurrentHashMap<>();

  Fleet(Lab lab, Path folder) {
    this.lab = lab;
    this.folder = folder;
    this.program = new Program(lab, folder);
  }

  /**
   * Brings the fleet up.
   *
   * @param name the name of its lab
   */
  static Fleet up(String name) {
    Lab lab =
        Lab.up(
            LabSpec.of(
                name,
                HostSpec.withDocker("bullseye", "bullseye"),
                HostSpec.withDocker("bookworm", "bookworm"),
                HostSpec.withDocker("trixie", "trixie"),
                HostSpec.withDocker("sid", "sid"),
                HostSpec.withDocker("legacy", "bookworm").onLegacyIptables()));
    try {
      Path folder = Files.createTempDirectory("fwctl-acceptance-");
      Files.createDirectory(folder.resolve("policies"));
      Files.writeString(folder.resolve("policies/sources.yml"), SOURCES);
      Fleet fleet = new Fleet(lab, folder);
      fleet.moveIn();
      return fleet;
    } catch (IOException problem) {
      lab.close();
      throw new UncheckedIOException(problem);
    } catch (RuntimeException | Error problem) {
      lab.close();
      throw problem;
    }
  }

  @Override
  public void close() {
    lab.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.delete(file);
      }
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  Lab lab() {
    return lab;
  }

  List<String> hosts() {
    return lab.hosts().stream().map(LabHost::name).toList();
  }

  // The policy repository and the program

  /** Makes this the only policy document beside the one of the sources. */
  void policy(String document) {
    write("policies/policy.yml", "fwctl: 1\n" + document);
  }

  /** Writes a file of the policy repository. */
  void write(String path, String content) {
    try {
      Files.writeString(folder.resolve(path), content);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** Runs a command of the program on the whole fleet. */
  Program.Run fwctl(String command, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of(command, "-i", lab.inventory().toString(), "-p", "policies"));
    arguments.addAll(List.of(options));
    return program.run(arguments.toArray(String[]::new));
  }

  /** Applies the policy, which must go well, and then finds nothing left to do. */
  Program.Run apply() {
    Program.Run run = fwctl("apply", "--auto-approve");
    assertThat(run.exitCode()).as("%s", run).isZero();
    nothingIsLeftToDo();
    return run;
  }

  /** Writes a policy and applies it as {@link #apply()}. */
  Program.Run apply(String document) {
    policy(document);
    return apply();
  }

  void nothingIsLeftToDo() {
    Program.Run again = fwctl("plan", "--detailed-exitcode");
    assertThat(again.exitCode()).as("a second plan: %s", again).isZero();
  }

  // Hosts

  /** Does something on every host at once; when it fails, fails naming the hosts. */
  void onEachHost(Consumer<String> action) {
    fromEachHost(
        host -> {
          action.accept(host);
          return host;
        });
  }

  /** Asks something of every host at once. */
  <T> Map<String, T> fromEachHost(Function<String, T> question) {
    return Parallel.each(hosts(), question);
  }

  /** Runs a shell script on every host at once; returns what each printed. */
  Map<String, String> script(String script) {
    return fromEachHost(host -> script(host, script));
  }

  /** Runs a shell script on a host, which must go well; returns what it printed. */
  String script(String host, String script) {
    Execution execution = lab.exec(host, SCRIPT_LIMIT, "", "sh", "-euc", script);
    assertThat(execution.status()).as("%s: %s%n%s", host, script, execution).isZero();
    return execution.output();
  }

  /** Starts to look, with packets from outside. */
  Sight see() {
    return new Sight(this);
  }

  // Containers

  /** Starts one of the fleet's containers on a host, as it is known to the policies. */
  void startContainer(String host, String container) {
    script(host, ADDRESSES.formatted(number(host)) + run(container));
    awaitService(host, container);
  }

  /** Makes all containers anew, in their usual order, so that each has its usual address. */
  void moveBackIn() {
    onEachHost(
        host -> {
          List<String> arguments = new ArrayList<>(List.of("rm", "--force"));
          arguments.addAll(CONTAINERS);
          lab.docker(host, arguments.toArray(String[]::new));
          moveContainersIn(host);
        });
  }

  private void moveContainersIn(String host) {
    StringBuilder script = new StringBuilder(ADDRESSES.formatted(number(host)));
    CONTAINERS.forEach(container -> script.append(run(container)));
    script(host, script.toString());
    CONTAINERS.forEach(container -> awaitService(host, container));
  }

  /** Sends probes from inside a container, and returns what came of each, a line each. */
  String probeFromContainer(String host, String container, String... targets) {
    List<String> arguments = new ArrayList<>(List.of("exec", container, "probe"));
    arguments.addAll(List.of(targets));
    return lab.docker(host, arguments.toArray(String[]::new)) + "\n";
  }

  /** Waits until a container's service answers inside of it. */
  void awaitService(String host, String container) {
    script(
        host,
        """
        until [ "$(docker exec %s probe tcp/127.0.0.1/%d 2>/dev/null)" = open ]; do
          sleep 0.05
        done
        """
            .formatted(container, innerPort(container)));
    addresses.remove(host);
  }

  /** Returns the container's own address, if it has one of that family. */
  Optional<String> containerAddress(String host, String container, Family family) {
    Map<String, String> known =
        addresses.computeIfAbsent(
            host,
            _ ->
                lab.docker(host, "ps", "--quiet", "--no-trunc")
                    .lines()
                    .collect(
                        Collectors.collectingAndThen(
                            Collectors.toList(), ids -> inspect(host, ids))));
    return Optional.ofNullable(known.get(container + " " + family));
  }

  private Map<String, String> inspect(String host, List<String> containers) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "inspect",
                "--format",
                "{{.Name}}{{range .NetworkSettings.Networks}}"
                    + " {{.IPAddress}}_{{.GlobalIPv6Address}}{{end}}"));
    arguments.addAll(containers);
    Map<String, String> found = new LinkedHashMap<>();
    for (String line : lab.docker(host, arguments.toArray(String[]::new)).lines().toList()) {
      String[] words = line.substring(1).split(" ", 2);
      String[] pair = words[1].split("_", -1);
      if (pair[0].matches("[0-9.]+")) {
        found.put(words[0] + " " + Family.IPV4, pair[0]);
      }
      if (pair[1].contains(":")) {
        found.put(words[0] + " " + Family.IPV6, pair[1]);
      }
    }
    return found;
  }

  // What the hosts hold

  /** Returns all rules of both families, without counters. */
  Map<String, String> allRules() {
    return fromEachHost(host -> String.join("\n", Ruleset.of(lab, host).lines()));
  }

  /** Returns the files and address sets on each host that are fwctl's. */
  Map<String, String> leftovers() {
    return script(
        """
        find / -xdev -path /proc -prune -o -path /sys -prune -o -iname '*fwctl*' -print
        find /run /tmp /dev/shm -iname '*fwctl*'
        ipset list -name | grep -i fwctl || true
        """);
  }

  /** Returns the rules of both families that are not fwctl's; without counters. */
  Map<String, String> rulesOfOthers() {
    return fromEachHost(host -> Ruleset.of(lab, host).withoutOurs());
  }

  /** Returns INPUT, DOCKER-USER and the chains of the other program that has rules there. */
  Map<String, String> chainsOfOthers() {
    return fromEachHost(
        host -> Ruleset.of(lab, host).withoutOurs("INPUT", "DOCKER-USER", "OTHER-IN", "OTHER-FWD"));
  }

  // Packets

  /** Returns the probe that asks for an endpoint of a host; none where it has no such address. */
  Optional<Probe> probe(String host, Client client, Endpoint endpoint, Family family) {
    String from = client.address(family);
    return switch (endpoint) {
      case Endpoint.AtHost it -> Optional.of(lab.probeOf(from, host + it.form()));
      case Endpoint.Published it -> Optional.of(lab.probeOf(from, host + it.form()));
      // Docker 20.10.5 takes an IPv6 address to publish on, and forgets it.
      case Endpoint.PublishedOnOneAddress _ when family == Family.IPV6 && host.equals("bullseye") ->
          Optional.empty();
      case Endpoint.PublishedOnOneAddress it -> Optional.of(lab.probeOf(from, host + it.form()));
      case Endpoint.AtSecondAddress it ->
          Optional.of(
              lab.probeOf(
                  from,
                  switch (family) {
                    case IPV4 -> secondIpv4(host) + it.form();
                    case IPV6 -> "[" + secondIpv6(host) + "]" + it.form();
                  }));
      case Endpoint.Direct it ->
          containerAddress(host, it.container(), family)
              .map(address -> family == Family.IPV4 ? address : "[" + address + "]")
              .map(address -> lab.probeOf(from, address + it.form()))
              .map(probe -> new Probe(probe.from(), probe.to(), Optional.of(host)));
    };
  }

  /** Returns what comes of a probe that no rule of ours is in the way of. */
  Outcome answer(String host, Endpoint endpoint, Family family) {
    return switch (endpoint) {
      // Docker 20.10.5 does not listen on IPv6 for a container that has IPv4 alone.
      case Endpoint.Published _ when family == Family.IPV6 && host.equals("bullseye") ->
          Outcome.REFUSED;
      // Docker 28 drops these itself, in the raw table.
      case Endpoint.Direct _ when host.equals("sid") -> Outcome.TIMEOUT;
      default -> Outcome.OPEN;
    };
  }

  private String secondIpv4(String host) {
    return "10.90.2." + number(host);
  }

  private String secondIpv6(String host) {
    return "fd00:90::2:" + number(host);
  }

  private int number(String host) {
    return lab.host(host).number();
  }

  // The set-up

  /** The words of a host's own addresses, for the scripts that start containers. */
  private static final String ADDRESSES = "n=%d\n";

  static final List<String> CONTAINERS =
      List.of("shop", "api", "admin", "depot", "monitor", "six", "worker");

  private static String run(String container) {
    String options =
        switch (container) {
          case "shop" -> "-p 8081:8080 web:1 serve http/8080";
          case "api" -> "--network backend -p 8082:8080 web:1 serve tcp/8080";
          case "admin" ->
              "-p 10.90.1.$n:8083:8080 -p [fd00:90::1:$n]:8083:8080 web:1 serve http/8080";
          case "depot" ->
              "-p 8100-8102:9100-9102 -p 5353:53/udp web:1 serve tcp/9100 tcp/9101 tcp/9102 udp/53";
          case "monitor" -> "--network host web:1 serve http/8090";
          case "six" -> "--network six -p 8084:8080 web:1 serve http/8080";
          case "worker" -> "--network backend web:1 serve tcp/7000";
          default -> throw new IllegalArgumentException(container);
        };
    return "docker run --detach --restart always --name %s %s >/dev/null\n"
        .formatted(container, options);
  }

  private static int innerPort(String container) {
    return switch (container) {
      case "depot" -> 9100;
      case "monitor" -> 8090;
      case "worker" -> 7000;
      default -> 8080;
    };
  }

  private void moveIn() {
    onEachHost(
        host -> {
          // Deprecated, so that no answer of the host has it as its source.
          script(
              host,
              ADDRESSES.formatted(number(host))
                  + """
                  ip addr add 10.90.2.$n/16 dev eth0
                  ip addr add fd00:90::2:$n/64 dev eth0 nodad preferred_lft 0
                  docker network create --subnet 172.28.0.0/24 backend >/dev/null
                  docker network create --ipv6 --subnet 172.29.0.0/24 --subnet fd00:dead:$n::/64 six \
                    >/dev/null
                  """
                  + OTHERS);
          moveContainersIn(host);
          lab.serve(
              host,
              "tcp/9000",
              "udp/9001",
              "tcp/8083/" + secondIpv4(host),
              "tcp/8083/" + secondIpv6(host));
          lab.run(
              "router",
              "ip",
              "-6",
              "route",
              "add",
              "fd00:dead:%d::/64".formatted(number(host)),
              "via",
              lab.host(host).ipv6().toString());
        });
    lab.run(
        "clients",
        "perl",
        lab.folder().resolve("layer/usr/local/bin/serve").toString(),
        "-d",
        "tcp/25",
        "tcp/443",
        "tcp/8080",
        "tcp/8081",
        "tcp/8082",
        // answers have the source that they are to have only where it is named
        "udp/53/" + REMOTE_IPV4,
        "udp/53/" + REMOTE_IPV6,
        "udp/5353/" + REMOTE_IPV4,
        "udp/5353/" + REMOTE_IPV6);
  }

  /** What another program has among the rules of a host. */
  private static final String OTHERS =
      """
      for tables in iptables ip6tables; do
        $tables -N OTHER-IN
        $tables -A OTHER-IN -p tcp --dport 4711 -m comment --comment "somebody's \\"own\\" [1:2] rule" -j DROP
        $tables -A OTHER-IN -j RETURN
        $tables -A INPUT -j OTHER-IN
        $tables -N OTHER-FWD
        $tables -A OTHER-FWD -p udp --dport 4711 -j REJECT
        $tables -A OTHER-FWD -j RETURN
        if $tables -n -L DOCKER-USER >/dev/null 2>&1; then
          $tables -I DOCKER-USER -j OTHER-FWD
        fi
      done
      """;
}
