package dev.fwctl.core.exposure;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.known.KnownHost;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Finds out who can reach what on many hosts, on all processors; equal hosts once. */
public final class FleetSurvey {
  private final Map<KnownHost, HostExposure> done = new ConcurrentHashMap<>();

  private FleetSurvey() {}

  /**
   * A host to be looked at.
   *
   * @param name what it is called when it can't be read
   * @param known reads what is known of it; nothing if that turns out to be no host
   */
  public record Subject(String name, Supplier<Optional<KnownHost>> known) {
    public Subject {
      requireNonNull(name, "name is null");
      requireNonNull(known, "known is null");
    }
  }

  /**
   * A host of which it could not be told.
   *
   * @param name what it is called
   * @param problems why, at least one
   */
  public record Failed(String name, List<Problem> problems) {
    public Failed {
      requireNonNull(name, "name is null");
      problems = List.copyOf(problems);
    }
  }

  /**
   * What came of a fleet.
   *
   * @param hosts who can reach what, host by host
   * @param failed the hosts of which it could not be told
   */
  public record Result(List<HostExposure> hosts, List<Failed> failed) {
    public Result {
      hosts = List.copyOf(hosts);
      failed = List.copyOf(failed);
    }
  }

  private sealed interface One {}

  private record Told(HostExposure exposure) implements One {}

  private record Untold(Failed failed) implements One {}

  /** Looks at hosts; their order is kept. */
  public static Result of(List<Subject> subjects) {
    FleetSurvey survey = new FleetSurvey();
    List<HostExposure> hosts = new ArrayList<>();
    List<Failed> failed = new ArrayList<>();
    for (Optional<One> one : subjects.parallelStream().map(survey::one).toList()) {
      switch (one.orElse(null)) {
        case Told told -> hosts.add(told.exposure());
        case Untold untold -> failed.add(untold.failed());
        case null -> {}
      }
    }
    return new Result(hosts, failed);
  }

  private Optional<One> one(Subject subject) {
    try {
      return subject.known().get().map(this::told);
    } catch (FwctlException e) {
      return Optional.of(new Untold(new Failed(subject.name(), e.problems())));
    }
  }

  private Told told(KnownHost host) {
    HostExposure found = done.computeIfAbsent(host.called(""), HostSurvey::of);
    return new Told(found.of(host.name()));
  }
}
