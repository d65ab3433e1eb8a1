package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A lab to bring up.
 *
 * @param name lower-case letters and digits, a letter first, at most 16; labs of different names
 *     stand side by side
 * @param hosts at least one, with different names
 * @param folders where its files go
 */
public record LabSpec(String name, List<HostSpec> hosts, LabFolders folders) {
  /** The name of a lab for which none is given. */
  public static final String DEFAULT_NAME = "lab";

  /** The release of hosts for which none is given. */
  public static final String DEFAULT_RELEASE = "bookworm";

  private static final int MAXIMUM_HOSTS = 4096;
  // no hyphen: else the names of one lab's namespaces could begin like those of another
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,15}");

  public LabSpec {
    checkName(name);
    hosts = List.copyOf(hosts);
    requireNonNull(folders, "folders is null");
    if (hosts.isEmpty() || hosts.size() > MAXIMUM_HOSTS) {
      throw LabProblem.of(
          "a lab of " + hosts.size() + " hosts", "ask for 1 to " + MAXIMUM_HOSTS + " hosts");
    }
    Set<String> seen = new HashSet<>();
    for (HostSpec host : hosts) {
      if (!seen.add(host.name())) {
        throw LabProblem.of(
            "two lab hosts have the name '" + host.name() + "'", "give them different names");
      }
    }
  }

  /** Returns a lab with the given hosts in the standard folders. */
  public static LabSpec of(String name, HostSpec... hosts) {
    return new LabSpec(name, List.of(hosts), LabFolders.standard());
  }

  /**
   * Returns a lab of hosts {@code web-01}, {@code web-02} and so on, in the standard folders.
   *
   * @param hosts how many
   * @param docker how many of them run dockerd, the first ones
   * @param releases what they run; the hosts take them in turn
   */
  public static LabSpec fleet(String name, int hosts, int docker, List<String> releases) {
    if (docker < 0 || docker > hosts) {
      throw LabProblem.of(
          "%d of %d lab hosts can't run dockerd".formatted(docker, hosts), "ask for 0 to " + hosts);
    }
    if (releases.isEmpty()) {
      throw LabProblem.of("no Debian release for the lab hosts", "name one, such as bookworm");
    }
    int width = Math.max(2, Integer.toString(hosts).length());
    List<HostSpec> specs = new ArrayList<>();
    for (int index = 0; index < hosts; index++) {
      specs.add(
          new HostSpec(
              ("web-%0" + width + "d").formatted(index + 1),
              releases.get(index % releases.size()),
              index < docker,
              false,
              false));
    }
    return new LabSpec(name, specs, LabFolders.standard());
  }

  /** Returns the same lab with every host on iptables-legacy. */
  public LabSpec onLegacyIptables() {
    return new LabSpec(name, hosts.stream().map(HostSpec::onLegacyIptables).toList(), folders);
  }

  /** Returns the same lab with every host under systemd. */
  public LabSpec underSystemd() {
    return new LabSpec(name, hosts.stream().map(HostSpec::underSystemd).toList(), folders);
  }

  /** Returns the same lab in other folders. */
  public LabSpec in(LabFolders other) {
    return new LabSpec(name, hosts, other);
  }

  static void checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw LabProblem.of(
          "'" + name + "' can't be the name of a lab",
          "use up to 16 lower-case letters and digits, a letter first");
    }
  }
}
