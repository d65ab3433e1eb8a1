package dev.fwctl.plugin.iptables;

import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The interfaces by which a host reaches its containers.
 *
 * <p>Docker calls the bridge of a network {@code br-} and the network's identifier, and a network
 * that is made anew has another one; so all names of that kind are meant, except for bridges that
 * somebody else gave such a name.
 *
 * @param names the bridges, {@code br-+} for all that begin so
 * @param foreign bridges that begin with {@code br-} and are not Docker's
 */
record DockerBridges(SortedSet<String> names, SortedSet<String> foreign) {
  private static final String PREFIX = "br-";

  /** How Docker names the bridge of a network that has no name for it set. */
  private static final Pattern OF_A_NETWORK = Pattern.compile("br-[0-9a-f]{12}");

  /** Returns those of a host; none where there is no Docker. */
  static DockerBridges of(HostFacts facts) {
    SortedSet<String> names = new TreeSet<>();
    SortedSet<String> foreign = new TreeSet<>();
    DockerFacts docker = facts.docker();
    if (docker.state() == DockerFacts.State.ABSENT) {
      return new DockerBridges(names, foreign);
    }
    names.add("docker0");
    names.add("docker_gwbridge");
    names.add(PREFIX + "+");
    for (String bridge : docker.bridges()) {
      if (!bridge.startsWith(PREFIX)) {
        names.add(InterfaceNames.plain(bridge));
      }
    }
    for (NetworkInterface candidate : facts.network().interfaces()) {
      if (candidate.kind().equals("bridge")
          && candidate.name().startsWith(PREFIX)
          && !OF_A_NETWORK.matcher(candidate.name()).matches()
          && !docker.bridges().contains(candidate.name())) {
        foreign.add(InterfaceNames.plain(candidate.name()));
      }
    }
    return new DockerBridges(names, foreign);
  }

  boolean isEmpty() {
    return names.isEmpty();
  }
}
