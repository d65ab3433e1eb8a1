package dev.fwctl.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What the machine must have, and how it gets what can be installed. */
final class Requirements {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** The programs and files that the lab uses, each with the Debian package that has it. */
  private static final Map<String, String> PACKAGES =
      new TreeMap<>(
          Map.of(
              "debootstrap", "debootstrap",
              "/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring",
              "ip", "iproute2",
              "nsenter", "util-linux",
              "flock", "util-linux",
              "mountpoint", "util-linux",
              "ssh", "openssh-client",
              "ssh-keygen", "openssh-client",
              "perl", "perl-base"));

  private static final List<Path> PROGRAMS =
      Stream.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
          .map(Path::of)
          .toList();

  private static final Path POLICY = Path.of("/usr/sbin/policy-rc.d");

  /**
   * Does for real, in namespaces that end with it, what a lab needs of the kernel. Netfilter's
   * settings show in a new network namespace if the kernel has connection tracking.
   */
  private static final String TRIAL =
      """
      set -e
      mount -t proc proc /proc || { echo "it may not mount file systems"; exit 1; }
      ip link add fwctl0 type veth peer name fwctl1 || { echo "its kernel makes no veth links"; exit 1; }
      ip link add fwctl2 type bridge || { echo "its kernel makes no bridges"; exit 1; }
      [ -d /proc/sys/net/ipv6 ] || { echo "its kernel has no IPv6"; exit 1; }
      [ -d /proc/sys/net/netfilter ] || { echo "its kernel has no netfilter"; exit 1; }
      mount -t tmpfs tmpfs /mnt
      mkdir /mnt/lower /mnt/upper /mnt/work /mnt/root
      mount -t overlay overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root ||
        { echo "its kernel makes no overlay mounts"; exit 1; }
      """;

  private Requirements() {}

  /** Returns why the lab can't run here, whatever is installed. */
  static Optional<String> unsupportedReason() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.of("the lab needs Linux");
    }
    if (!isRoot()) {
      return Optional.of("the lab needs root");
    }
    Path home = LabFolders.standard().home();
    if (fileSystem(home).equals("overlay")) {
      return Optional.of(
          ("the lab can't keep hosts in %s, which is on an overlay itself; name a folder on a plain"
                  + " file system by FWCTL_LAB_HOME")
              .formatted(home));
    }
    if (!missingPackages().isEmpty() && find("apt-get").isEmpty()) {
      return Optional.of(
          "the lab needs %s, and there is no apt-get to install them"
              .formatted(String.join(", ", missingPackages())));
    }
    if (find("unshare").isEmpty() || find("ip").isEmpty()) {
      return Optional.empty(); // can't be told before they are installed
    }
    Execution trial =
        Command.run(
            List.of(
                "unshare",
                "--mount",
                "--net",
                "--uts",
                "--ipc",
                "--cgroup",
                "--pid",
                "--fork",
                "--kill-child",
                "sh",
                "-c",
                TRIAL),
            new byte[0],
            Duration.ofSeconds(20));
    return trial.succeeded()
        ? Optional.empty()
        : Optional.of(
            "the lab can't run on this machine: %s"
                .formatted((trial.output() + trial.errors()).strip()));
  }

  /** Returns the kind of file system that a folder is on, or will be once it is made. */
  private static String fileSystem(Path folder) {
    Path existing = folder;
    while (!Files.exists(existing) && existing.getParent() instanceof Path parent) {
      existing = parent;
    }
    try {
      return Files.getFileStore(existing).type();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  static List<String> missingPackages() {
    TreeSet<String> packages = new TreeSet<>();
    PACKAGES.forEach(
        (wanted, name) -> {
          boolean present =
              wanted.startsWith("/") ? Files.exists(Path.of(wanted)) : find(wanted).isPresent();
          if (!present) {
            packages.add(name);
          }
        });
    return List.copyOf(packages);
  }

  /**
   * Installs the packages that are missing, as root, with apt-get. No service of theirs starts:
   * unless the machine has a policy-rc.d of its own, one stands there meanwhile that forbids it.
   */
  static void install(Consumer<String> progress) {
    List<String> packages = missingPackages();
    if (packages.isEmpty()) {
      return;
    }
    progress.accept("installing " + String.join(" ", packages));
    boolean guarded = guard();
    try {
      apt(List.of("update", "-q"));
      apt(
          Stream.concat(
                  Stream.of("install", "-q", "-y", "--no-install-recommends"), packages.stream())
              .toList());
    } finally {
      if (guarded) {
        unguard();
      }
    }
    if (!missingPackages().isEmpty()) {
      throw LabProblem.of(
          "apt-get installed %s, but the lab still lacks what is in %s"
              .formatted(packages, missingPackages()),
          "see what is wrong with these packages");
    }
  }

  private static boolean guard() {
    try {
      if (Files.exists(POLICY, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      Files.writeString(POLICY, "#!/bin/sh\nexit 101\n");
      Files.setPosixFilePermissions(POLICY, PosixFilePermissions.fromString("rwxr-xr-x"));
      return true;
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  private static void unguard() {
    try {
      Files.deleteIfExists(POLICY);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  private static void apt(List<String> arguments) {
    Command.check(
        Stream.concat(
                Stream.of("env", "DEBIAN_FRONTEND=noninteractive", "apt-get"), arguments.stream())
            .toList(),
        LIMIT);
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException problem) {
      return false;
    }
  }

  private static Optional<Path> find(String program) {
    return PROGRAMS.stream()
        .map(folder -> folder.resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
