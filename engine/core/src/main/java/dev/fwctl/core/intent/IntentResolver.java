package dev.fwctl.core.intent;

import dev.fwctl.core.intent.HostOutcome.NoPolicy;
import dev.fwctl.core.intent.HostOutcome.Refused;
import dev.fwctl.core.intent.HostOutcome.Resolved;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.OwnAccess;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.Policy;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Traffic;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Turns the policies of a repository into the intent of each host.
 *
 * <p>Hosts may be resolved by many threads at once, in any order, as their facts arrive; {@link
 * #finish} tells what only the whole fleet can tell. Hosts of one kind get the same intent, as one
 * object.
 */
public final class IntentResolver {
  private final Assignment assignment;
  private final Map<Key, Resolution> resolutions = new ConcurrentHashMap<>();
  private final Map<OwnAccess, Map<HostIntent, HostIntent>> intents = new ConcurrentHashMap<>();

  /** The hosts whose containers were looked at. */
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  /** Guarded by itself. */
  private final BitSet matched = new BitSet();

  /** Finds the hosts of every policy; {@link #problems} tells what is wrong with that. */
  public IntentResolver(PolicyRepository repository, HostSelection selection) {
    this.assignment = new Assignment(repository, selection);
  }

  /**
   * Returns what is wrong with the repository whatever its hosts are like: patterns that match no
   * host, defaults that contradict each other, allow rules where nothing is closed; in the order of
   * their places.
   */
  public List<Problem> problems() {
    return assignment.problems();
  }

  /** Tells whether any policy speaks of a host. */
  public boolean hasPolicy(String host) {
    return assignment.of(host).isPresent();
  }

  /** Returns what the policies of a host want to know of it; nothing when none speaks of it. */
  public Optional<Interest> interest(String host) {
    return assignment.of(host).flatMap(PolicySet::interest);
  }

  /** Returns what the policies come to on a host. */
  public HostOutcome resolve(String host, HostFacts facts) {
    Optional<PolicySet> policies = assignment.of(host);
    if (policies.isEmpty()
        || (policies.get().inbound().isEmpty() && policies.get().outbound().isEmpty())) {
      return new NoPolicy();
    }
    DockerFacts docker = facts.docker();
    if (docker.state() == DockerFacts.State.NOT_ANSWERING) {
      return new Refused(
          List.of(
              Problem.of(
                  ErrorCode.HOST_UNSUITABLE,
                  "Docker is installed but does not answer, so its containers and their ports are not known",
                  "start Docker on the host, or take it off")));
    }
    List<Problem> problems = new ArrayList<>();
    SortedSet<String> external = external(policies.get(), facts, problems);
    if (!problems.isEmpty()) {
      return new Refused(problems);
    }
    Key key = new Key(policies.get(), external, DockerView.of(docker, policies.get().selectors()));
    Resolution resolution = resolutions.computeIfAbsent(key, IntentResolver::resolve);
    seen.add(host);
    synchronized (matched) {
      matched.or(resolution.matched());
    }
    if (resolution.intent().isEmpty()) {
      return new Refused(resolution.problems());
    }
    HostIntent intent =
        facts
            .ssh()
            .connection()
            .map(own -> new OwnAccess(own.client(), own.serverPort()))
            .map(own -> reachedBy(resolution.intent().get(), own))
            .orElse(resolution.intent().get());
    return new Resolved(intent, warnings(docker, resolution));
  }

  /** Returns the one object for hosts of one kind that we come to in the same way. */
  private HostIntent reachedBy(HostIntent shared, OwnAccess own) {
    return intents
        .computeIfAbsent(own, unseen -> Collections.synchronizedMap(new IdentityHashMap<>()))
        .computeIfAbsent(
            shared,
            unseen ->
                new HostIntent(
                    shared.external(), shared.inbound(), shared.outbound(), Optional.of(own)));
  }

  private static List<Problem> warnings(DockerFacts docker, Resolution resolution) {
    if (!docker.settings().swarm()) {
      return resolution.warnings();
    }
    List<Problem> warnings = new ArrayList<>(resolution.warnings());
    warnings.add(
        Problem.of(
            ErrorCode.UNENFORCEABLE,
            "the host is in a swarm; ports of swarm services count as the host's own"));
    return warnings;
  }

  private static SortedSet<String> external(
      PolicySet policies, HostFacts facts, List<Problem> problems) {
    NetworkFacts network = facts.network();
    if (policies.external().isEmpty()) {
      SortedSet<String> facing = network.facingOutside();
      if (facing.isEmpty()) {
        problems.add(
            Problem.at(
                policies.policies().getFirst().place(),
                ErrorCode.HOST_UNSUITABLE,
                "no interface of the host has a default route, so none is known to face the world",
                "name it: 'external: [%s]'".formatted(examples(network, facts.docker()))));
      }
      return facing;
    }
    Set<String> bridges = facts.docker().bridges();
    SortedSet<String> external = new TreeSet<>();
    for (Policy.ExternalInterface named : policies.external()) {
      if (!external.add(named.name())) {
        continue;
      }
      boolean there =
          network.interfaces().stream().map(NetworkInterface::name).anyMatch(named.name()::equals);
      if (!there) {
        problems.add(
            Problem.at(
                named.place(),
                ErrorCode.NOT_ON_HOST,
                "the host has no interface '%s'".formatted(named.name()),
                "it has: " + examples(network, facts.docker())));
      } else if (named.name().equals("lo") || bridges.contains(named.name())) {
        problems.add(
            Problem.at(
                named.place(),
                ErrorCode.NOT_ON_HOST,
                "interface '%s' does not face the world".formatted(named.name()),
                "name one of: " + examples(network, facts.docker())));
      }
    }
    return external;
  }

  private static String examples(NetworkFacts network, DockerFacts docker) {
    Set<String> bridges = docker.bridges();
    return network.interfaces().stream()
        .filter(one -> !one.kind().equals("veth") && !one.kind().equals("loopback"))
        .map(NetworkInterface::name)
        .filter(name -> !name.equals("lo") && !bridges.contains(name))
        .collect(Collectors.joining(", "));
  }

  private static Resolution resolve(Key key) {
    List<Problem> problems = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    BitSet matched = new BitSet();
    PolicySet policies = key.policies();
    Optional<HostIntent.Inbound> inbound =
        policies
            .inbound()
            .map(
                direction ->
                    new InboundResolution(key.docker(), problems, warnings, matched)
                        .resolve(direction));
    Optional<HostIntent.Outbound> outbound =
        policies
            .outbound()
            .map(
                direction ->
                    new OutboundResolution(key.docker(), problems, matched).resolve(direction));
    if (!problems.isEmpty()) {
      return new Resolution(
          Optional.empty(), problems.stream().distinct().toList(), List.of(), matched);
    }
    return new Resolution(
        Optional.of(new HostIntent(key.external(), inbound, outbound, Optional.empty())),
        List.of(),
        warnings.stream().distinct().toList(),
        matched);
  }

  /**
   * Returns what only the whole fleet can tell: rules whose containers are on none of their hosts.
   *
   * <p>That is an error when every host of the rule was resolved, and a warning when some were not,
   * as the containers may be on those.
   */
  public Findings finish() {
    List<Problem> errors = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    for (int number = 0; number < assignment.ruleCount(); number++) {
      Policy.Rule rule = assignment.rule(number);
      Set<String> hosts = assignment.hostsOfRule(number);
      if (rule.optional() || hosts.isEmpty() || isMatched(number)) {
        continue;
      }
      if (rule.local() instanceof LocalEnd.Containers containers) {
        long missing = hosts.stream().filter(host -> !seen.contains(host)).count();
        String subject = "no container is selected by '%s'".formatted(containers.selector());
        if (missing == 0) {
          errors.add(
              Problem.at(
                  rule.place(),
                  ErrorCode.NOT_ON_HOST,
                  "%s on any host of its policy".formatted(subject),
                  "put the selector right, or add 'optional: true'"));
        } else if (missing < hosts.size()) {
          warnings.add(
              Problem.at(
                  rule.place(),
                  ErrorCode.NOT_ON_HOST,
                  "%s on the %d of %d hosts of its policy that were looked at"
                      .formatted(subject, hosts.size() - missing, hosts.size())));
        }
      } else if (rule.local() instanceof LocalEnd.Published
          && !(rule.traffic() instanceof Traffic.All)
          && seen.containsAll(hosts)) {
        warnings.add(
            Problem.at(
                rule.place(),
                ErrorCode.NOT_ON_HOST,
                "no host of its policy publishes %s".formatted(rule.traffic())));
      }
    }
    return new Findings(errors, warnings);
  }

  private boolean isMatched(int rule) {
    synchronized (matched) {
      return matched.get(rule);
    }
  }

  /**
   * What only the whole fleet can tell.
   *
   * @param errors with any of these nothing is to be applied
   * @param warnings what the user should know
   */
  public record Findings(List<Problem> errors, List<Problem> warnings) {
    public Findings {
      errors = List.copyOf(errors);
      warnings = List.copyOf(warnings);
    }

    /** Returns these and others. */
    public Findings and(Findings other) {
      return new Findings(
          Stream.concat(errors.stream(), other.errors.stream()).toList(),
          Stream.concat(warnings.stream(), other.warnings.stream()).toList());
    }
  }

  private record Key(PolicySet policies, SortedSet<String> external, DockerView docker) {}
}
