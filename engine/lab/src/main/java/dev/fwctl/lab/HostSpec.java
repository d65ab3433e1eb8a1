package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * One host to bring up.
 *
 * @param name lower-case letters, digits and hyphens; begins with a letter, at most 32 characters
 * @param release the code name of a Debian release that debootstrap knows
 * @param docker whether it runs dockerd
 * @param legacyIptables whether {@code iptables} is iptables-legacy there, instead of iptables-nft
 * @param systemd whether process 1 is systemd, with sshd and dockerd as units
 */
public record HostSpec(
    String name, String release, boolean docker, boolean legacyIptables, boolean systemd) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  private static final Pattern RELEASE = Pattern.compile("[a-z]{1,20}");

  public HostSpec {
    requireNonNull(name, "name is null");
    requireNonNull(release, "release is null");
    if (!NAME.matcher(name).matches()) {
      throw LabProblem.of(
          "'" + name + "' can't be the name of a lab host",
          "use lower-case letters, digits and hyphens, a letter first");
    }
    if (Set.of(Layout.ROUTER, Layout.CONTROLLER, Layout.CLIENTS).contains(name)) {
      throw LabProblem.of(
          "'" + name + "' is a part of every lab, no host can have its name",
          "choose another name");
    }
    if (!RELEASE.matcher(release).matches()) {
      throw LabProblem.of(
          "'" + release + "' is not the name of a Debian release",
          "use a code name, such as bookworm");
    }
  }

  /** Returns a host that runs dockerd on iptables-nft. */
  public static HostSpec withDocker(String name, String release) {
    return new HostSpec(name, release, true, false, false);
  }

  /** Returns a host with SSH alone. */
  public static HostSpec plain(String name, String release) {
    return new HostSpec(name, release, false, false, false);
  }

  /** Returns the same host on iptables-legacy. */
  public HostSpec onLegacyIptables() {
    return new HostSpec(name, release, docker, true, systemd);
  }

  /** Returns the same host under systemd. */
  public HostSpec underSystemd() {
    return new HostSpec(name, release, docker, legacyIptables, true);
  }
}
