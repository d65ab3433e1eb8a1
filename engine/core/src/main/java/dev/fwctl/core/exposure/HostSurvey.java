package dev.fwctl.core.exposure;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.core.exposure.Candidates.Door;
import dev.fwctl.core.exposure.Way.Reason;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ProtocolPorts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Finds out who can reach what on one host. */
public final class HostSurvey {
  private static final Comparator<Exposure> WORST_FIRST =
      Comparator.comparing(Exposure::severity)
          .thenComparing(exposure -> exposure.sensitive().isEmpty())
          .thenComparing(exposure -> exposure.endpoint().toString());

  private final KnownHost host;
  private final Outside outside;
  private final List<String> remarks;

  private HostSurvey(KnownHost host, NetworkFacts network) {
    this.host = host;
    this.outside =
        new Outside(network, host.docker().map(DockerFacts::bridges).orElse(new TreeSet<>()));
    this.remarks = new ArrayList<>(host.remarks());
  }

  /**
   * Finds it out.
   *
   * @throws FwctlException with code UNKNOWN_NAME when the host's network is not known, or
   *     LIMIT_EXCEEDED when its rules tell too many kinds of packets apart
   */
  public static HostExposure of(KnownHost host) {
    NetworkFacts network =
        host.network()
            .orElseThrow(
                () ->
                    new FwctlException(
                        Problem.of(
                            ErrorCode.UNKNOWN_NAME,
                            "the network of %s is not known".formatted(host.name()),
                            "give its facts with --facts, as 'fwctl facts --json' prints them")));
    return new HostSurvey(host, network).survey(network);
  }

  private HostExposure survey(NetworkFacts network) {
    Candidates candidates = new Candidates(host);
    Map<Door, List<Way>> found = new LinkedHashMap<>();
    for (Family family : Family.values()) {
      if (outside.own(family).isEmpty()) {
        continue;
      }
      if (!host.rules().containsKey(family)) {
        remarks.add(
            "no rules of %s are known: every packet is let through".formatted(family.label()));
      }
      new FamilySurvey(host, network, outside, candidates, family)
          .ways()
          .forEach(
              (door, ways) ->
                  found.computeIfAbsent(door, unseen -> new ArrayList<>()).addAll(ways));
    }
    remark();
    Map<Endpoint, List<Way>> endpoints = new LinkedHashMap<>();
    found.forEach(
        (door, ways) ->
            endpoints
                .computeIfAbsent(door.endpoint(), unseen -> new ArrayList<>())
                .addAll(merged(ways)));
    List<Exposure> exposures = new ArrayList<>();
    endpoints.forEach((endpoint, ways) -> exposures.add(exposure(endpoint, ways)));
    exposures.sort(WORST_FIRST);
    return new HostExposure(
        host.name(), List.copyOf(outside.names()), exposures, remarks, host.unseen());
  }

  private void remark() {
    if (outside.names().isEmpty()) {
      remarks.add("no interface leads outside, so that nobody can come in");
    }
    if (host.docker()
        .map(docker -> docker.state() == DockerFacts.State.NOT_ANSWERING)
        .orElse(true)) {
      remarks.add("not known: which containers there are");
    }
    if (host.listeners().isEmpty()) {
      remarks.add(
          "not known: which programs listen, except for sshd; services of the host are missing");
    }
  }

  /** Puts the ways of both families together where they are the same. */
  private static List<Way> merged(List<Way> ways) {
    Map<Boolean, Way> merged = new LinkedHashMap<>();
    ways.forEach(way -> merged.merge(way.byRoute(), way, HostSurvey::merged));
    return List.copyOf(merged.values());
  }

  private static Way merged(Way one, Way other) {
    Set<ProtocolPorts> dialled = new LinkedHashSet<>(one.dialled());
    dialled.addAll(other.dialled());
    List<Reason> reasons = new ArrayList<>(one.reasons());
    reasons.addAll(other.reasons());
    Map<Family, List<Step>> dependsOn = new EnumMap<>(Family.class);
    dependsOn.putAll(one.dependsOn());
    dependsOn.putAll(other.dependsOn());
    SortedSet<String> unknowns = new TreeSet<>(one.unknowns());
    unknowns.addAll(other.unknowns());
    return new Way(
        one.path(),
        List.copyOf(dialled),
        one.addresses().union(other.addresses()),
        one.byRoute(),
        one.sources().union(other.sources()),
        one.perhaps().union(other.perhaps()),
        reasons,
        dependsOn,
        List.copyOf(unknowns));
  }

  private Exposure exposure(Endpoint endpoint, List<Way> ways) {
    List<Way> worstFirst = new ArrayList<>(ways);
    worstFirst.sort(Comparator.comparing(way -> severity(way, true)));
    Severity worst = severity(worstFirst, true);
    return new Exposure(
        endpoint,
        worstFirst,
        worst,
        severity(worstFirst, false) == worst,
        SensitivePorts.of(endpoint.ports()));
  }

  private Severity severity(List<Way> ways, boolean atWorst) {
    AddressSet sources = AddressSet.none();
    boolean byRoute = false;
    for (Way way : ways) {
      AddressSet reaching = atWorst ? way.sources().union(way.perhaps()) : way.sources();
      byRoute |= way.byRoute() && !reaching.isEmpty();
      sources = way.byRoute() ? sources : sources.union(reaching);
    }
    Severity severity = outside.severity(sources);
    return severity == Severity.NOBODY && byRoute ? Severity.NEIGHBOURS : severity;
  }

  private Severity severity(Way way, boolean atWorst) {
    return severity(List.of(way), atWorst);
  }
}
