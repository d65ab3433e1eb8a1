package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Brings one lab up. */
final class Assembly {
  private static final Duration NETWORK_LIMIT = Duration.ofMinutes(2);

  /** How many hosts boot at a time; more only wait for the processors. */
  private static final int BOOTING = 16;

  private final LabSpec spec;
  private final Consumer<String> progress;
  private final Layout layout;
  private final List<LabHost> hosts;

  Assembly(LabSpec spec, Consumer<String> progress) {
    this.spec = spec;
    this.progress = progress;
    this.layout = new Layout(spec.folders(), spec.name());
    this.hosts = Lab.numbered(spec);
  }

  Lab run() {
    Requirements.unsupportedReason()
        .ifPresent(
            reason -> {
              throw LabProblem.of(reason, "use a machine, or a container with all privileges");
            });
    List<String> missing = Requirements.missingPackages();
    if (!missing.isEmpty()) {
      throw LabProblem.of(
          "the lab needs " + String.join(", ", missing), "fwctl lab setup installs them");
    }
    if (new Removal(layout).somethingIsThere()) {
      throw exists();
    }
    Map<String, TreeCache.Tree> trees = trees();
    try (FileChannel _ = claim()) {
      SpecFile.write(layout, spec);
      shared();
      network();
      boot(trees);
      describe();
    } catch (IOException problem) {
      new Removal(layout).run();
      throw new UncheckedIOException(problem);
    } catch (RuntimeException problem) {
      new Removal(layout).run();
      throw problem;
    }
    return new Lab(spec);
  }

  private RuntimeException exists() {
    return LabProblem.of(
        "there is a lab '%s' already, or what is left of one".formatted(spec.name()),
        "fwctl lab down --name %s takes it down".formatted(spec.name()));
  }

  private Map<String, TreeCache.Tree> trees() {
    TreeCache cache = new TreeCache(spec.folders().cache(), progress);
    TreeSet<String> releases = new TreeSet<>(spec.hosts().stream().map(HostSpec::release).toList());
    Map<String, Future<TreeCache.Tree>> making = new HashMap<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (String release : releases) {
        making.put(release, executor.submit(() -> cache.tree(release)));
      }
    }
    Map<String, TreeCache.Tree> trees = new HashMap<>();
    making.forEach((release, future) -> trees.put(release, result(future)));
    return trees;
  }

  /** Makes the lab's folder, which no other can make then, and locks it against its removal. */
  private FileChannel claim() {
    try {
      Files.createDirectories(spec.folders().home());
      Files.createDirectory(layout.folder());
      FileChannel channel =
          FileChannel.open(
              layout.beingBroughtUp(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      channel.lock();
      return channel;
    } catch (FileAlreadyExistsException there) {
      throw exists();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** Writes what all hosts share, and the key that opens them. */
  private void shared() throws IOException {
    for (String script : List.of("host.sh", "network.sh")) {
      Scripts.install(script, layout.scripts().resolve(script));
    }
    Path layer = layout.layer();
    Scripts.install("init.sh", layer.resolve("usr/local/lib/lab/init"));
    Scripts.install("docker.sh", layer.resolve("usr/local/lib/lab/docker"));
    Scripts.install("ready.sh", layer.resolve("usr/local/lib/lab/ready"));
    Path units = Files.createDirectories(layer.resolve("etc/systemd/system"));
    Files.write(units.resolve("lab-ready.service"), Scripts.read("ready.service"));
    Path wanted = Files.createDirectories(units.resolve("multi-user.target.wants"));
    Files.createSymbolicLink(
        wanted.resolve("lab-ready.service"), Path.of("..", "lab-ready.service"));
    Scripts.install("serve.pl", layer.resolve("usr/local/bin/serve"));
    Scripts.install("probe.pl", layer.resolve("usr/local/bin/probe"));
    StringBuilder names = new StringBuilder("127.0.0.1 localhost\n::1 localhost\n");
    for (LabHost host : hosts) {
      names.append("%s %s\n%s %s\n".formatted(host.ipv4(), host.name(), host.ipv6(), host.name()));
    }
    Files.createDirectories(layer.resolve("etc"));
    Files.writeString(layer.resolve("etc/hosts"), names);
    Command.check(
        List.of(
            "ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "fwctl lab " + spec.name(),
            "-f",
            layout.privateKey().toString()),
        NETWORK_LIMIT);
    String key = Files.readString(layout.folder().resolve("id_ed25519.pub"));
    authorize(layer.resolve("root"), 0, key);
    authorize(layer.resolve("home/deploy"), 1001, key);
    authorize(layer.resolve("home/ops"), 1002, key);
  }

  private static void authorize(Path home, int user, String key) throws IOException {
    Path folder = Files.createDirectories(home.resolve(".ssh"));
    Path keys = Files.writeString(folder.resolve("authorized_keys"), key);
    for (Path path : List.of(home, folder, keys)) {
      Files.setAttribute(path, "unix:uid", user);
      Files.setAttribute(path, "unix:gid", user);
    }
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
  }

  private void network() throws IOException {
    List<String> places = new ArrayList<>(Lab.places());
    hosts.forEach(host -> places.add(host.name()));
    Namespaces.add(layout, places.stream().map(layout::namespace).toList());
    setUp(Layout.ROUTER, NetworkPlan.router(layout, hosts));
    setUp(Layout.CONTROLLER, NetworkPlan.controller());
    setUp(Layout.CLIENTS, NetworkPlan.clients(hosts));
  }

  private void setUp(String place, NetworkPlan plan) throws IOException {
    Path folder = layout.folder().resolve("network").resolve(place);
    write(plan, folder);
    Command.check(
        Namespaces.enter(
            layout,
            place,
            List.of("sh", layout.scripts().resolve("network.sh").toString(), folder.toString())),
        NETWORK_LIMIT);
  }

  private static void write(NetworkPlan plan, Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("settings"), plan.settings());
    Files.write(folder.resolve("batch"), plan.batch());
    Files.write(folder.resolve("rules4"), plan.rulesIpv4());
    Files.write(folder.resolve("rules6"), plan.rulesIpv6());
  }

  private void boot(Map<String, TreeCache.Tree> trees) {
    Semaphore turns = new Semaphore(BOOTING);
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    try {
      List<Future<LabHost>> booting = new ArrayList<>();
      for (LabHost host : hosts) {
        TreeCache.Tree tree = requireNonNull(trees.get(host.spec().release()));
        booting.add(
            executor.submit(
                () -> {
                  turns.acquire();
                  try {
                    boot(host, tree);
                    return host;
                  } finally {
                    turns.release();
                  }
                }));
      }
      booting.forEach(Assembly::result);
    } finally {
      executor.shutdownNow();
    }
  }

  private void boot(LabHost host, TreeCache.Tree tree) throws IOException {
    Path folder = layout.hostFolder(host.name());
    for (String part : List.of("upper", "work", "root", "docker")) {
      Files.createDirectories(folder.resolve(part));
    }
    write(NetworkPlan.host(host), folder.resolve("network"));
    Files.write(
        folder.resolve("host.conf"),
        List.of(
            "name=" + host.name(),
            "tree=" + tree.folder(),
            "image=" + tree.image(),
            "layer=" + layout.layer(),
            "docker=" + (host.spec().docker() ? "yes" : "no"),
            "legacy=" + (host.spec().legacyIptables() ? "yes" : "no"),
            "systemd=" + (host.spec().systemd() ? "yes" : "no"),
            "cgroup=" + layout.controlGroup(host.name())));
    new HostLife(layout, host).start();
  }

  private void describe() throws IOException {
    Map<String, String> keys = new HashMap<>();
    for (LabHost host : hosts) {
      Path key = layout.hostFolder(host.name()).resolve("upper/etc/ssh/ssh_host_ed25519_key.pub");
      keys.put(host.name(), Files.readString(key));
    }
    Files.writeString(layout.knownHosts(), InventoryFile.knownHosts(hosts, keys));
    // The inventory comes last: a lab that has one is complete.
    Files.writeString(layout.inventory(), InventoryFile.inventory(layout, hosts));
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof RuntimeException problem) {
        throw problem;
      }
      throw new IllegalStateException(failure.getCause());
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw LabProblem.of("interrupted", "run fwctl lab down", interruption);
    }
  }
}
