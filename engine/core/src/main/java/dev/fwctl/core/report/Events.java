package dev.fwctl.core.report;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.core.doctor.Diagnosis;
import dev.fwctl.core.explain.Explanation;
import dev.fwctl.core.exposure.FleetSurvey;
import dev.fwctl.core.exposure.HostExposure;
import dev.fwctl.core.exposure.Severity;
import dev.fwctl.core.plan.Change;
import dev.fwctl.core.plan.Drift;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.core.proof.Counterexample;
import dev.fwctl.core.saved.Manifest;
import dev.fwctl.core.saved.SavedPlan;
import dev.fwctl.core.transaction.Outcome;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.UnderWay;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Writes what happens as JSON, one event a line, for programs.
 *
 * <p>Every event has {@code @level}, {@code @message}, {@code @timestamp} and {@code type}; a
 * reader passes over keys and types that it does not know. May be used by many threads at once.
 */
public final class Events {
  /** Goes up by a minor number when something is added, by a major one when something changes. */
  private static final String FORMAT = "1.0";

  private final JsonMapper json = new JsonMapper();
  private final Consumer<String> lines;
  private final InstantSource clock;
  private final AtomicBoolean introduced = new AtomicBoolean();

  /**
   * Creates a writer.
   *
   * @param lines takes each line, without its line end
   */
  public Events(Consumer<String> lines, InstantSource clock) {
    this.lines = requireNonNull(lines, "lines is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  /** How much an event matters. */
  private enum Level {
    INFO,
    WARN,
    ERROR
  }

  /** What an event is about; its {@code type} is the name in lower case. */
  public enum Type {
    /** Who writes, and in which format. */
    VERSION,
    /** An error or a warning. */
    DIAGNOSTIC,
    VALID,
    HOST_FACTS,
    HOST_LOCK,
    /** What becomes of a packet. */
    EXPLANATION,
    /** Who can reach what on a host. */
    HOST_EXPOSURE,
    EXPOSURE_SUMMARY,
    /** What of a host's rules is needless or broken. */
    HOST_DIAGNOSIS,
    DOCTOR_SUMMARY,
    /** A document that says what hosts let in. */
    IMPORTED,
    /** Where a saved plan comes from. */
    SAVED_PLAN,
    /** A change that is alike on some hosts. */
    PLANNED_CHANGE,
    CHANGE_SUMMARY,
    /** A plan was saved. */
    PLAN_SAVED,
    DRIFT,
    DRIFT_SUMMARY,
    APPLY_START,
    APPLY_COMPLETE,
    /** A host was not changed for good. */
    APPLY_ERRORED,
    APPLY_SUMMARY;

    /** Returns the {@code type} of such an event. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private ObjectNode event(Level level, Type type, String message) {
    ObjectNode event = json.createObjectNode();
    event.put("@level", level.name().toLowerCase(Locale.ROOT));
    event.put("@message", message);
    event.put("@timestamp", clock.instant().toString());
    event.put("type", type.label());
    return event;
  }

  private void write(ObjectNode event) {
    String line = event.toString();
    synchronized (lines) {
      lines.accept(line);
    }
  }

  /** Tells who writes; always the first event, and written once however often it is told. */
  public void version(String version) {
    if (introduced.getAndSet(true)) {
      return;
    }
    ObjectNode event = event(Level.INFO, Type.VERSION, "fwctl " + version);
    event.put("fwctl", version);
    event.put("format", FORMAT);
    write(event);
  }

  /** Tells of an error, of a host or of the run. */
  public void error(Problem problem, Optional<String> host) {
    diagnostic(Level.ERROR, problem, host);
  }

  /** Tells of a warning, of a host or of the run. */
  public void warning(Problem problem, Optional<String> host) {
    diagnostic(Level.WARN, problem, host);
  }

  private void diagnostic(Level level, Problem problem, Optional<String> host) {
    ObjectNode event = event(level, Type.DIAGNOSTIC, problem.message());
    host.ifPresent(name -> event.put("host", name));
    event.set("problem", problem(problem));
    write(event);
  }

  private ObjectNode problem(Problem problem) {
    ObjectNode node = json.createObjectNode();
    node.put("code", problem.code().label());
    node.put("kind", problem.code().name().toLowerCase(Locale.ROOT));
    node.put("message", problem.message());
    problem
        .place()
        .ifPresent(
            place ->
                node.putObject("place")
                    .put("file", place.file())
                    .put("line", place.line())
                    .put("column", place.column()));
    problem.hint().ifPresent(hint -> node.put("hint", hint));
    if (problem.evidence().isPresent()
        && problem.evidence().get() instanceof Counterexample counterexample) {
      evidence(counterexample, node);
    }
    return node;
  }

  private static void evidence(Counterexample shown, ObjectNode node) {
    Family family = shown.packet().family();
    ExplanationJson.write(shown.packet(), node.putObject("packet"));
    shown.rule().ifPresent(rule -> StepWords.write(rule, family, node.putObject("rule")));
    if (!shown.dependsOn().isEmpty()) {
      ArrayNode rules = node.putArray("depends_on");
      shown.dependsOn().forEach(rule -> StepWords.write(rule, family, rules.addObject()));
    }
  }

  /** Tells of a whole plan: warnings, what drifted, each distinct change, and the sum of it. */
  public void plan(Plan plan) {
    plan.warnings().forEach(warning -> warning(warning, Optional.empty()));
    for (HostPlan host : plan.hosts()) {
      host.warnings().forEach(warning -> warning(warning, Optional.of(host.host().name())));
    }
    plan.changed()
        .forEach(host -> host.drift().ifPresent(drift -> drift(host.host().name(), drift)));
    plan.groups().forEach(this::change);
    for (HostPlan.NotPlannable host : plan.notPlannable()) {
      host.problems().forEach(problem -> error(problem, Optional.of(host.host().name())));
    }
    summary(plan);
  }

  /** Tells where a saved plan comes from; what it is about follows as {@link #plan}. */
  public void savedPlan(SavedPlan saved) {
    Manifest manifest = saved.manifest();
    ObjectNode event = event(Level.INFO, Type.SAVED_PLAN, SavedPlanText.origin(manifest));
    event.put("fwctl", manifest.fwctl());
    event.put("started_at", manifest.startedAt().toString());
    event.put("saved_at", manifest.savedAt().toString());
    event.put("made_by", manifest.madeBy());
    manifest.policies().commit().ifPresent(commit -> event.put("commit", commit));
    event.put("dirty", manifest.policies().dirty());
    event.put("policies_sha256", manifest.policies().digest());
    event.put("inventory_sha256", manifest.inventory().digest());
    ArrayNode inventories = event.putArray("inventories");
    manifest.inventory().sources().forEach(inventories::add);
    manifest.inventory().limit().ifPresent(limit -> event.put("limit", limit));
    manifest.inventory().exclude().ifPresent(exclude -> event.put("exclude", exclude));
    event.put("complete", saved.isComplete());
    write(event);
  }

  /** Tells that a plan was saved. */
  public void planSaved(String file) {
    write(event(Level.INFO, Type.PLAN_SAVED, "saved to " + file).put("file", file));
  }

  /** Tells that a host already holds what a saved plan makes of it. */
  public void asPlanned(String host) {
    write(
        event(Level.INFO, Type.APPLY_COMPLETE, host + ": already as planned")
            .put("host", host)
            .put("outcome", "as_planned"));
  }

  private void change(List<HostPlan.Changed> group) {
    Change change = group.getFirst().change();
    ObjectNode event =
        event(
            Level.INFO,
            Type.PLANNED_CHANGE,
            "change of " + group.size() + (group.size() == 1 ? " host" : " hosts"));
    ArrayNode hosts = event.putArray("hosts");
    group.forEach(host -> hosts.add(host.host().name()));
    event.put("artifact", change.artifact());
    ArrayNode reach = event.putArray("reach");
    for (ReachChange one : change.reach()) {
      ObjectNode node = reach.addObject();
      node.put("direction", one.direction().name().toLowerCase(Locale.ROOT));
      node.put("endpoint", one.endpoint());
      node.set("opened", prefixes(one.opened()));
      node.set("closed", prefixes(one.closed()));
      node.put("certain", one.certain());
    }
    event.set("rules", rules(change.wording().rules()));
    write(event);
  }

  private ArrayNode prefixes(AddressSet set) {
    ArrayNode prefixes = json.createArrayNode();
    set.prefixes().forEach(prefix -> prefixes.add(prefix.toString()));
    return prefixes;
  }

  private ArrayNode rules(List<RuleChange> changes) {
    ArrayNode rules = json.createArrayNode();
    for (RuleChange change : changes) {
      ObjectNode node = rules.addObject();
      node.put("action", change.kind().name().toLowerCase(Locale.ROOT));
      node.put("chain", change.line().chain());
      node.put("rule", change.line().text());
      node.put("note", change.line().note());
      change
          .before()
          .ifPresent(
              before -> node.put("rule_before", before.text()).put("note_before", before.note()));
    }
    return rules;
  }

  private void summary(Plan plan) {
    int unreachable =
        (int) plan.notPlannable().stream().filter(HostPlan.NotPlannable::isUnreachable).count();
    ObjectNode event =
        event(
            Level.INFO,
            Type.CHANGE_SUMMARY,
            plan.changed().size() + " of " + plan.hosts().size() + " hosts to change");
    event
        .putObject("changes")
        .put("add", plan.count(RuleChange.Kind.ADD))
        .put("change", plan.count(RuleChange.Kind.CHANGE) + plan.count(RuleChange.Kind.NOTE))
        .put("remove", plan.count(RuleChange.Kind.REMOVE));
    event
        .putObject("hosts")
        .put("all", plan.hosts().size())
        .put("changed", plan.changed().size())
        .put("distinct", plan.groups().size())
        .put("drifted", plan.drifted())
        .put("unreachable", unreachable)
        .put("refused", plan.notPlannable().size() - unreachable);
    write(event);
  }

  /** Tells what on a host no longer is as it was applied. */
  public void drift(String host, Drift drift) {
    ObjectNode event = event(Level.WARN, Type.DRIFT, host + " no longer is as it was applied");
    event.put("host", host);
    drift
        .receipt()
        .ifPresent(
            receipt -> {
              ObjectNode node = event.putObject("receipt");
              node.put("applied_at", receipt.appliedAt().toString());
              node.put("applied_by", receipt.appliedBy());
              receipt.commit().ifPresent(commit -> node.put("commit", commit));
            });
    event.set("rules", rules(drift.changes()));
    event.put("lasts", drift.lasts());
    write(event);
  }

  /** Tells how many hosts have drifted. */
  public void driftSummary(int drifted, int hosts, int unread) {
    ObjectNode event =
        event(Level.INFO, Type.DRIFT_SUMMARY, drifted + " of " + hosts + " hosts drifted");
    event.put("drifted", drifted).put("all", hosts).put("unread", unread);
    write(event);
  }

  /** Tells what is under way on a host. */
  public void underWay(String host, UnderWay underWay) {
    ObjectNode event =
        event(
            Level.INFO,
            Type.HOST_LOCK,
            host
                + underWay
                    .claim()
                    .map(claim -> ": claimed by " + claim.who())
                    .orElse(": claimed by nobody"));
    event.put("host", host);
    underWay
        .claim()
        .ifPresent(
            claim ->
                event
                    .putObject("claim")
                    .put("id", claim.id())
                    .put("who", claim.who())
                    .put("age_seconds", claim.age().toSeconds())
                    .put("seconds_left", claim.left().toSeconds()));
    ArrayNode changes = event.putArray("changes");
    for (UnderWay.Change change : underWay.changes()) {
      changes
          .addObject()
          .put("id", change.id())
          .put("state", change.state().name().toLowerCase(Locale.ROOT))
          .put("seconds_left", change.left().toSeconds());
    }
    write(event);
  }

  /** Tells that a host is begun. */
  public void applyStart(String host) {
    write(event(Level.INFO, Type.APPLY_START, host + ": applying").put("host", host));
  }

  /** Tells what became of a host. */
  public void outcome(String host, Outcome outcome) {
    switch (outcome) {
      case Outcome.Applied applied -> {
        ObjectNode event = completed(host, "applied", applied.time());
        applied.remarks().forEach(event.putArray("remarks")::add);
        write(event);
      }
      case Outcome.Unconfirmed unconfirmed ->
          write(
              completed(host, "unconfirmed", unconfirmed.time())
                  .put("until", unconfirmed.until().toString()));
      case Outcome.Unchanged unchanged -> errored(host, "unchanged", unchanged.problem());
      case Outcome.RolledBack rolledBack -> errored(host, "rolled_back", rolledBack.problem());
      case Outcome.Lost lost -> errored(host, "lost", lost.problem());
      case Outcome.Abandoned abandoned ->
          write(
              event(Level.WARN, Type.APPLY_ERRORED, host + ": " + ApplyText.words(abandoned))
                  .put("host", host)
                  .put("outcome", "abandoned")
                  .put("seconds_left", abandoned.within().plusMillis(999).toSeconds()));
      case Outcome.NotBegun notBegun ->
          write(
              event(Level.WARN, Type.APPLY_ERRORED, host + ": not begun")
                  .put("host", host)
                  .put("outcome", "not_begun")
                  .put("reason", notBegun.reason().name().toLowerCase(Locale.ROOT)));
    }
  }

  private ObjectNode completed(String host, String outcome, Duration time) {
    return event(Level.INFO, Type.APPLY_COMPLETE, host + ": " + outcome)
        .put("host", host)
        .put("outcome", outcome)
        .put("seconds", time.toMillis() / 1000.0);
  }

  private void errored(String host, String outcome, Problem problem) {
    ObjectNode event = event(Level.ERROR, Type.APPLY_ERRORED, host + ": " + problem.message());
    event.put("host", host);
    event.put("outcome", outcome);
    event.set("problem", problem(problem));
    write(event);
  }

  /** Tells how a run ended. */
  public void applySummary(Collection<Outcome> outcomes) {
    int applied = count(outcomes, Outcome.Applied.class);
    ObjectNode event =
        event(
            Level.INFO, Type.APPLY_SUMMARY, applied + " of " + outcomes.size() + " hosts applied");
    event
        .putObject("hosts")
        .put("applied", applied)
        .put("unconfirmed", count(outcomes, Outcome.Unconfirmed.class))
        .put("unchanged", count(outcomes, Outcome.Unchanged.class))
        .put("rolled_back", count(outcomes, Outcome.RolledBack.class))
        .put("lost", count(outcomes, Outcome.Lost.class))
        .put("abandoned", count(outcomes, Outcome.Abandoned.class))
        .put("not_begun", count(outcomes, Outcome.NotBegun.class));
    write(event);
  }

  private static int count(Collection<Outcome> outcomes, Class<? extends Outcome> kind) {
    return (int) outcomes.stream().filter(kind::isInstance).count();
  }

  /** Tells what becomes of a packet. */
  public void explanation(Explanation explanation) {
    ObjectNode event =
        event(
            Level.INFO,
            Type.EXPLANATION,
            ExplainText.heading(explanation) + ": " + ExplainText.word(explanation));
    new ExplanationJson(explanation).writeTo(event);
    write(event);
  }

  /** Tells who can reach what, host by host, and the sum of it. */
  public void exposure(FleetSurvey.Result result) {
    for (HostExposure host : result.hosts()) {
      ObjectNode event =
          event(
              Level.INFO,
              Type.HOST_EXPOSURE,
              ExposureText.summary(new FleetSurvey.Result(List.of(host), List.of())));
      ExposureJson.write(host, event);
      write(event);
    }
    for (FleetSurvey.Failed failed : result.failed()) {
      failed.problems().forEach(problem -> error(problem, Optional.of(failed.name())));
    }
    ObjectNode event = event(Level.INFO, Type.EXPOSURE_SUMMARY, ExposureText.summary(result));
    ObjectNode counts = event.putObject("endpoints");
    for (Severity severity : Severity.values()) {
      counts.put(
          severity.name().toLowerCase(Locale.ROOT),
          result.hosts().stream()
              .flatMap(host -> host.exposures().stream())
              .filter(exposure -> exposure.severity() == severity)
              .count());
    }
    event
        .putObject("hosts")
        .put("told", result.hosts().size())
        .put("left_out", result.failed().size());
    write(event);
  }

  /** Tells what of a host's rules is needless or broken. */
  public void diagnosis(Diagnosis diagnosis) {
    ObjectNode event =
        event(
            Level.INFO,
            Type.HOST_DIAGNOSIS,
            diagnosis.host() + ": " + Count.of(diagnosis.findings().size(), "finding"));
    DiagnosisJson.write(diagnosis, event);
    write(event);
  }

  /**
   * Tells how much of hosts' rules is needless or broken.
   *
   * @param unread how many hosts could not be examined
   */
  public void doctorSummary(List<Diagnosis> diagnoses, int unread) {
    ObjectNode event =
        event(Level.INFO, Type.DOCTOR_SUMMARY, DoctorText.summary(diagnoses, unread));
    event
        .put("findings", diagnoses.stream().mapToInt(one -> one.findings().size()).sum())
        .put("hosts", diagnoses.size() + unread)
        .put("not_examined", unread);
    write(event);
  }

  /**
   * Tells what hosts let in.
   *
   * @param document a policy document that says so
   * @param hosts the hosts that it is for
   */
  public void imported(String document, Collection<String> hosts) {
    ObjectNode event =
        event(Level.INFO, Type.IMPORTED, "what " + Count.of(hosts.size(), "host") + " let in");
    event.put("document", document);
    ArrayNode names = event.putArray("hosts");
    hosts.forEach(names::add);
    write(event);
  }

  /** Tells that all documents are in order. */
  public void valid(int hosts, int policies, int documents) {
    ObjectNode event = event(Level.INFO, Type.VALID, "the repository is valid");
    event.put("hosts", hosts).put("policies", policies).put("documents", documents);
    write(event);
  }

  /**
   * Tells what was learnt of a host.
   *
   * @param facts the facts as a JSON value
   */
  public void facts(String host, JsonNode facts) {
    ObjectNode event = event(Level.INFO, Type.HOST_FACTS, "facts of " + host);
    event.put("host", host);
    event.set("facts", facts);
    write(event);
  }
}
