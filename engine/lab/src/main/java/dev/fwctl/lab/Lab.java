package dev.fwctl.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A running lab: hosts with SSH, a firewall and perhaps dockerd, a controller from which to reach
 * them, and clients from which to probe them.
 *
 * <p>A lab outlives the Java process that brought it up; {@link #find} returns it to another one.
 * {@link #close} takes it down. Instances may be used by several threads.
 *
 * <p>Commands run in a <em>place</em>: the name of a host; {@code controller}, which is the machine
 * with its own files but in the network of the hosts; {@code clients} and {@code router} likewise.
 *
 * <p>Every method throws {@link dev.fwctl.model.FwctlException} when the machine, or the lab, is
 * not fit for what is asked.
 */
public final class Lab implements AutoCloseable {
  /** How long a command may take for which no limit is given. */
  public static final Duration COMMAND_LIMIT = Duration.ofMinutes(1);

  /** How long a probe waits for its answer. A packet that is lost in the lab is not sent again. */
  public static final Duration PROBE_LIMIT = Duration.ofSeconds(1);

  private static final String HOST_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** A group that hands controllers on takes no process itself, one below it does. */
  private static final String ENTER_CONTROL_GROUPS =
      """
      for group in /sys/fs/cgroup/"$1" /sys/fs/cgroup/*/"$1"; do
        for init in "$group/init" "$group/init.scope"; do
          [ ! -d "$init" ] || group=$init
        done
        [ ! -e "$group/cgroup.procs" ] || echo 0 >"$group/cgroup.procs"
      done
      shift
      exec "$@"
      """;

  private final Layout layout;
  private final Map<String, LabHost> hosts;
  private final Clients clients;

  Lab(LabSpec spec) {
    this.layout = new Layout(spec.folders(), spec.name());
    this.hosts = new TreeMap<>();
    for (LabHost host : numbered(spec)) {
      hosts.put(host.name(), host);
    }
    this.clients = new Clients(layout, name -> host(name).number());
  }

  static List<LabHost> numbered(LabSpec spec) {
    List<LabHost> numbered = new ArrayList<>();
    for (HostSpec host : spec.hosts()) {
      numbered.add(new LabHost(numbered.size() + 1, host));
    }
    return numbered;
  }

  /** Returns why no lab can run on this machine, if so; missing packages are no reason. */
  public static Optional<String> unsupportedReason() {
    return Requirements.unsupportedReason();
  }

  /** Returns the Debian packages that the lab needs and this machine lacks. */
  public static List<String> missingPackages() {
    return Requirements.missingPackages();
  }

  /**
   * Installs the Debian packages that are missing, without starting any service of theirs.
   *
   * @param progress is told what is being done
   */
  public static void installMissingPackages(Consumer<String> progress) {
    Requirements.install(progress);
  }

  /**
   * Brings a lab up and returns when all of its hosts answer.
   *
   * @param progress is told what takes long
   */
  public static Lab up(LabSpec spec, Consumer<String> progress) {
    return new Assembly(spec, progress).run();
  }

  public static Lab up(LabSpec spec) {
    return up(spec, message -> {});
  }

  /** Returns a lab that was brought up earlier and is complete. */
  public static Optional<Lab> find(LabFolders folders, String name) {
    Layout layout = new Layout(folders, name);
    if (!Files.exists(layout.inventory())) {
      return Optional.empty();
    }
    return Optional.of(new Lab(SpecFile.read(layout)));
  }

  /** Returns the names of all labs of which anything is there, complete or not. */
  public static List<String> names(LabFolders folders) {
    TreeSet<String> names = new TreeSet<>();
    if (Files.isDirectory(folders.home())) {
      try (DirectoryStream<Path> labs =
          Files.newDirectoryStream(folders.home(), Files::isDirectory)) {
        labs.forEach(path -> names.add(path.getFileName().toString()));
      } catch (IOException problem) {
        throw new UncheckedIOException(problem);
      }
    }
    for (String namespace : Namespaces.beginningWith(Layout.PREFIX)) {
      String[] parts = namespace.split("-", 3);
      if (parts.length == 3) {
        names.add(parts[1]);
      }
    }
    return List.copyOf(names);
  }

  /**
   * Takes down whatever there is of a lab, also what a crash has left.
   *
   * @return whether there was anything
   */
  public static boolean down(LabFolders folders, String name) {
    Removal removal = new Removal(new Layout(folders, name));
    boolean something = removal.somethingIsThere();
    removal.run();
    return something;
  }

  public String name() {
    return layout.lab();
  }

  /** Returns the hosts in the order of their names. */
  public List<LabHost> hosts() {
    return List.copyOf(hosts.values());
  }

  public LabHost host(String name) {
    LabHost host = hosts.get(name);
    if (host == null) {
      throw LabProblem.of(
          "lab '%s' has no host '%s'".formatted(name(), name),
          "it has " + String.join(", ", hosts.keySet()));
    }
    return host;
  }

  /** Tells whether a host's process 1 is there. */
  public boolean isRunning(String host) {
    return process(host(host)).isPresent();
  }

  /** Returns the Ansible inventory by which the controller reaches the hosts, as root. */
  public Path inventory() {
    return layout.inventory();
  }

  public Path knownHosts() {
    return layout.knownHosts();
  }

  /** Returns the key that lets in as {@code root}, {@code deploy} and {@code ops}. */
  public Path privateKey() {
    return layout.privateKey();
  }

  /** Returns the folder of the lab; gone when the lab is. */
  public Path folder() {
    return layout.folder();
  }

  /**
   * Returns what the user {@code ops} has to type for sudo; {@code deploy} needs no password.
   *
   * <p>It has quotes, a space and a dollar sign in it, to catch careless quoting.
   */
  public String opsPassword() {
    return TreeCache.OPS_PASSWORD;
  }

  // Commands

  /** Runs a command in a place and returns what it did; at most {@link #COMMAND_LIMIT}. */
  public Execution exec(String place, String... command) {
    return exec(place, COMMAND_LIMIT, "", command);
  }

  /**
   * Runs a command in a place.
   *
   * @param limit it and what it started are killed when it takes longer
   * @param input its standard input
   */
  public Execution exec(String place, Duration limit, String input, String... command) {
    return Command.run(commandIn(place, List.of(command)), input.getBytes(UTF_8), limit);
  }

  /** Runs a command in a place, throws unless it succeeds, and returns its standard output. */
  public String run(String place, String... command) {
    Execution execution = exec(place, command);
    if (!execution.succeeded()) {
      throw LabProblem.of(
          "'%s' on '%s' failed with status %d: %s"
              .formatted(
                  String.join(" ", command),
                  place,
                  execution.status(),
                  (execution.errors() + "\n" + execution.output()).strip()),
          "see what it says");
    }
    return execution.output();
  }

  /** Runs a POSIX shell script in a place, throws unless it succeeds, and returns its output. */
  public String script(String place, String script) {
    return run(place, "sh", "-euc", script);
  }

  /**
   * Prepares a command to run in a place with standard streams of the caller's choice.
   *
   * <p>On a host the environment is that of a fresh login of root; elsewhere it is the caller's.
   */
  public ProcessBuilder process(String place, List<String> command) {
    return Command.builder(commandIn(place, command));
  }

  private List<String> commandIn(String place, List<String> command) {
    if (place.equals(Layout.CONTROLLER)
        || place.equals(Layout.CLIENTS)
        || place.equals(Layout.ROUTER)) {
      return Namespaces.enter(layout, place, command);
    }
    LabHost host = host(place);
    long process = runningProcess(host);
    List<String> full = new ArrayList<>();
    if (host.spec().docker() || host.spec().systemd()) {
      // What runs on a host is in its control groups, else a dockerd started anew would not be.
      full.addAll(List.of("sh", "-c", ENTER_CONTROL_GROUPS, "sh", layout.controlGroup(place)));
    }
    full.addAll(
        List.of(
            "nsenter",
            "--target",
            Long.toString(process),
            "--mount",
            "--uts",
            "--ipc",
            "--net",
            "--cgroup",
            "--pid",
            "--",
            "/usr/bin/env",
            "-i",
            "HOME=/root",
            "USER=root",
            "LOGNAME=root",
            "PATH=" + HOST_PATH,
            "TERM=" + Optional.ofNullable(System.getenv("TERM")).orElse("dumb")));
    full.addAll(command);
    return full;
  }

  private long runningProcess(LabHost host) {
    return process(host)
        .orElseThrow(
            () ->
                LabProblem.of(
                    "host '%s' of lab '%s' does not run".formatted(host.name(), name()),
                    "take the lab down and up again"));
  }

  private Optional<Long> process(LabHost host) {
    return new HostLife(layout, host).process();
  }

  // Power

  /**
   * Has a host under systemd shut down and start again; returns when all that it runs answers. Its
   * network and netfilter are then as after the start of a kernel.
   */
  public void reboot(String host) {
    LabHost rebooted = host(host);
    if (!rebooted.spec().systemd()) {
      throw LabProblem.of(
          "host '%s' of lab '%s' has no systemd to reboot it".formatted(host, name()),
          "bring it up with --systemd");
    }
    long before = runningProcess(rebooted);
    run(host, "systemctl", "reboot");
    new HostLife(layout, rebooted).awaitReboot(before);
  }

  /** Ends all of a host at once, as when its power fails. */
  public void powerOff(String host) {
    new HostLife(layout, host(host)).kill();
  }

  /** Starts a host whose power is off; returns when all that it runs answers. */
  public void powerOn(String host) {
    LabHost off = host(host);
    if (process(off).isPresent()) {
      throw LabProblem.of(
          "host '%s' of lab '%s' runs already".formatted(host, name()), "use it as it is");
    }
    new HostLife(layout, off).start();
  }

  // Docker and services

  /** Runs the docker command line on a host, throws unless it succeeds, returns what it printed. */
  public String docker(String host, String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(Arrays.asList(arguments));
    return run(host, command.toArray(String[]::new)).strip();
  }

  /**
   * Starts a container from the image {@code web:1} that answers on ports, and waits until it does.
   *
   * @param options of {@code docker run}, such as {@code -p 8081:8080}
   * @param services what it answers on inside: {@code tcp/7} and {@code udp/7} echo, {@code
   *     http/80} answers requests
   */
  public void container(String host, String name, List<String> options, String... services) {
    List<String> arguments = new ArrayList<>(List.of("run", "--detach", "--name", name));
    arguments.addAll(options);
    arguments.addAll(List.of("web:1", "serve"));
    arguments.addAll(Arrays.asList(services));
    docker(host, arguments.toArray(String[]::new));
    awaitServing(host, name);
  }

  /** Waits until a container made by {@link #container} answers again after it was started. */
  public void awaitServing(String host, String container) {
    docker(
        host,
        "exec",
        container,
        "sh",
        "-c",
        "began=$(cut -d ' ' -f 22 /proc/1/stat);"
            + " until [ \"$(cat /tmp/serving 2>/dev/null)\" = \"$began\" ]; do sleep 0.02; done");
  }

  /** Returns a container's own address in its network of that name, of one family. */
  public IpAddress containerAddress(String host, String container, String network, Family family) {
    String field = family == Family.IPV4 ? "IPAddress" : "GlobalIPv6Address";
    String text =
        docker(
            host,
            "inspect",
            "--format",
            "{{(index .NetworkSettings.Networks \"" + network + "\")." + field + "}}",
            container);
    return IpAddress.parse(text)
        .orElseThrow(
            () ->
                LabProblem.of(
                    "container '%s' has no %s in network '%s'".formatted(container, field, network),
                    "see docker inspect " + container));
  }

  /** Stops a host's dockerd, and with it its containers; returns when it has ended. */
  public void stopDocker(String host) {
    run(host, "/usr/local/lib/lab/docker", "stop");
  }

  /** Starts a host's dockerd; returns when it answers. */
  public void startDocker(String host) {
    run(host, "/usr/local/lib/lab/docker", "start");
  }

  public void restartDocker(String host) {
    stopDocker(host);
    startDocker(host);
  }

  /**
   * Has a host itself answer on ports, until the lab ends; returns when it does.
   *
   * @param services as for {@link #container}; {@code tcp/7/10.90.1.1} listens on one address
   */
  public void serve(String host, String... services) {
    List<String> command = new ArrayList<>(List.of("serve", "-d"));
    command.addAll(Arrays.asList(services));
    run(host, command.toArray(String[]::new));
  }

  // Packets

  /**
   * Sends a probe from a client.
   *
   * @param from an address of the client ranges: 198.51.100.0/24, 203.0.113.0/24, 198.18.0.0/15,
   *     2001:db8::/32; the way back to 192.0.2.0/24 and 2001:db8:ffff::/48 is narrow
   * @param to {@code HOST:PORT}, {@code HOST:PORT/udp} or {@code HOST/icmp}; HOST is a host of the
   *     lab, then of the family of {@code from}, or an address (IPv6 in brackets)
   */
  public Outcome probe(String from, String to) {
    return probe(List.of(probeOf(from, to))).getFirst();
  }

  /** Sends a probe past the router, by a direct route through a host, as {@link #probe} else. */
  public Outcome probeVia(String host, String from, String to) {
    Probe direct = probeOf(from, to);
    return probe(List.of(new Probe(direct.from(), direct.to(), Optional.of(host)))).getFirst();
  }

  /** Sends many probes at once, each waiting {@link #PROBE_LIMIT}; outcomes in the same order. */
  public List<Outcome> probe(List<Probe> probes) {
    return probe(probes, PROBE_LIMIT);
  }

  /**
   * Sends many probes at once.
   *
   * @param limit how long each waits for its answer
   */
  public List<Outcome> probe(List<Probe> probes, Duration limit) {
    return clients.probe(probes, limit);
  }

  /** Returns the probe that {@link #probe(String, String)} sends. */
  public Probe probeOf(String from, String to) {
    IpAddress source =
        IpAddress.parse(from)
            .orElseThrow(
                () ->
                    LabProblem.of(
                        "'" + from + "' is no address to send a probe from",
                        "use an IPv4 or IPv6 address"));
    return Probe.of(source, target(to, source.family()));
  }

  /** Opens a connection from a client to something that echoes, and keeps it. */
  public HeldConnection hold(String from, String to) {
    return clients.hold(probeOf(from, to));
  }

  /**
   * Fetches a large answer over HTTP, from a service {@code http/PORT}.
   *
   * <p>From a narrow address it only arrives when the host learns the path's MTU.
   *
   * @return how many bytes arrived within the limit
   */
  public long fetch(String from, String to, long bytes, Duration limit) {
    return clients.fetch(probeOf(from, to), bytes, limit);
  }

  /** Sends a probe from a host to an address, or to another host by its IPv4 address. */
  public Outcome probeFromHost(String host, String to) {
    return Outcome.parse(run(host, "probe", target(to, Family.IPV4).argument()));
  }

  /** Sends a probe from inside a container to an address, or to a host by its IPv4 address. */
  public Outcome probeFromContainer(String host, String container, String to) {
    return Outcome.parse(
        docker(host, "exec", container, "probe", target(to, Family.IPV4).argument()));
  }

  private Target target(String to, Family family) {
    requireNonNull(to, "to is null");
    return Target.parse(
        to, name -> Optional.ofNullable(hosts.get(name)).map(host -> host.address(family)));
  }

  /** Takes the lab down. */
  @Override
  public void close() {
    down(layout.folders(), name());
  }

  /** Returns the places that are not hosts. */
  public static List<String> places() {
    return Stream.of(Layout.CONTROLLER, Layout.CLIENTS, Layout.ROUTER).toList();
  }
}
