package dev.fwctl.core.saved;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.Shape;
import dev.fwctl.analysis.Shapes;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.facts.UnseenRules;
import dev.fwctl.core.plan.FactsToApply;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Planner;
import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.core.plan.RuleDifference;
import dev.fwctl.core.plan.RuleLine;
import dev.fwctl.core.proof.Proofs;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.FirewallBackend;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * Looks again at the hosts that a saved plan changes: a host is only changed when it still is as
 * the plan saw it, in all that bears on its rules.
 *
 * @param ready the changes to carry out, with what is known of their hosts now
 * @param done the hosts that hold already what is planned
 * @param stale why a host is to be left alone
 */
public record SecondLook(
    List<HostPlan.Changed> ready, List<Host> done, SequencedMap<Host, Problem> stale) {
  /** How many differences are told of one host; more would hide the others. */
  private static final int TOLD = 5;

  public SecondLook {
    ready = List.copyOf(ready);
    done = List.copyOf(done);
    requireNonNull(stale, "stale is null");
  }

  /** What is found of a host when it is looked at again. */
  public sealed interface Finding {
    /** The host is as the plan saw it. */
    record Ready(HostPlan.Changed plan) implements Finding {
      public Ready {
        requireNonNull(plan, "plan is null");
      }
    }

    /** The host holds already what is planned. */
    record Done() implements Finding {}

    /** The host is to be left alone. */
    record Stale(Problem problem) implements Finding {
      public Stale {
        requireNonNull(problem, "problem is null");
      }
    }
  }

  /** Asks hosts for their facts. */
  @FunctionalInterface
  public interface Asking {
    /**
     * Asks hosts and returns what is found of each, in their order.
     *
     * @param use makes a finding of an answer, which is let go of then; called by many threads
     */
    SequencedMap<Host, Finding> ask(
        Collection<Host> hosts, BiFunction<Host, HostReading, Finding> use);
  }

  /**
   * Looks again.
   *
   * @param hosts the hosts of the inventory as it is now
   */
  public static SecondLook at(SavedPlan saved, Collection<Host> hosts, Asking asking) {
    Map<String, Host> byName = new HashMap<>();
    hosts.forEach(host -> byName.put(host.name(), host));
    SequencedMap<Host, Problem> stale = new LinkedHashMap<>();
    SequencedMap<Host, HostPlan.Changed> same = new LinkedHashMap<>();
    for (HostPlan.Changed plan : saved.plan().changed()) {
      Host host = byName.get(plan.host().name());
      if (host == null) {
        stale.put(plan.host(), stale("the inventory no longer has this host"));
        continue;
      }
      String then = reached(plan.host().connection());
      String now = reached(host.connection());
      if (then.equals(now)) {
        same.put(host, plan);
      } else {
        stale.put(
            host,
            stale("the inventory now says %s; the plan was made over %s".formatted(now, then)));
      }
    }
    List<HostPlan.Changed> ready = new ArrayList<>();
    List<Host> done = new ArrayList<>();
    LockOut lockOut = new LockOut();
    asking
        .ask(
            same.sequencedKeySet(),
            (host, reading) ->
                find(
                    saved,
                    requireNonNull(same.get(host), "a host without a plan"),
                    lockOut,
                    host,
                    reading))
        .forEach(
            (host, finding) -> {
              switch (finding) {
                case Finding.Ready it -> ready.add(it.plan());
                case Finding.Done _ -> done.add(host);
                case Finding.Stale it -> stale.put(host, it.problem());
              }
            });
    return new SecondLook(ready, done, stale);
  }

  private static Finding find(
      SavedPlan saved, HostPlan.Changed plan, LockOut lockOut, Host host, HostReading reading) {
    return switch (reading) {
      case HostReading.Failed failed -> new Finding.Stale(failed.problems().getFirst());
      case HostReading.Gathered gathered when !gathered.obstacles().isEmpty() ->
          new Finding.Stale(gathered.obstacles().getFirst());
      case HostReading.Gathered gathered -> {
        HostFacts facts = gathered.facts();
        Basis basis = requireNonNull(saved.bases().get(host.name()), "a change without a basis");
        List<String> news = news(plan, basis, facts);
        if (!news.isEmpty()) {
          yield new Finding.Stale(changed(news));
        }
        if (isDone(plan, facts)) {
          yield new Finding.Done();
        }
        Optional<Problem> refusal = lockOut.of(plan, host, facts);
        if (refusal.isPresent()) {
          yield new Finding.Stale(changed(List.of(refusal.get().message())));
        }
        yield new Finding.Ready(
            new HostPlan.Changed(
                host,
                plan.change(),
                plan.backend(),
                FactsToApply.of(facts, plan.backend(), UnaryOperator.identity()),
                plan.drift(),
                plan.warnings()));
      }
    };
  }

  /**
   * Proves again that we get in after the change: rules of others, on which nothing else rests that
   * is carried out, may be different by now.
   */
  private static final class LockOut {
    private final Proofs proofs = Proofs.withoutAssertions();
    private final Shapes shapes = new Shapes(List.of());

    Optional<Problem> of(HostPlan.Changed plan, Host host, HostFacts facts) {
      OwnedRules inForce = plan.backend().inForce(facts);
      OwnedRules before = plan.change().before();
      OwnedRules after = plan.change().wanted();
      PredictedHost others =
          PredictedHost.withoutOurs(
              facts, facts.network().facingOutside(), inForce, UnseenRules.of(facts));
      Shape shape = shapes.of(List.of(before, after), others);
      return proofs.of(host, before, after, Optional.empty(), others, shape).refusals().stream()
          .findFirst();
    }
  }

  private static boolean isDone(HostPlan.Changed plan, HostFacts facts) {
    return Planner.isAsWanted(plan.backend().inForce(facts), plan.change().wanted(), facts);
  }

  /** Returns what on a host is no longer as the plan saw it. */
  private static List<String> news(HostPlan.Changed plan, Basis basis, HostFacts facts) {
    FirewallBackend backend = plan.backend();
    List<String> news = new ArrayList<>();
    if (basis.interest().isPresent() && !backend.obstacles(facts).isEmpty()) {
      news.add(backend.obstacles(facts).getFirst().message());
      return news;
    }
    SortedSet<String> now = basis.in(facts, backend).seen();
    SortedSet<String> more = new TreeSet<>(now);
    more.removeAll(basis.seen());
    more.forEach(words -> news.add(words + " (new)"));
    SortedSet<String> less = new TreeSet<>(basis.seen());
    less.removeAll(now);
    less.forEach(words -> news.add(words + " (no longer)"));
    OwnedRules inForce = backend.inForce(facts);
    if (!inForce.equals(plan.change().before()) && !inForce.equals(plan.change().wanted())) {
      List<RuleChange> changes =
          RuleDifference.between(
              RuleLine.of(plan.change().before(), backend), RuleLine.of(inForce, backend));
      changes.forEach(change -> news.add(words(change)));
      if (changes.isEmpty()) {
        news.add("fwctl's rules stand in another place");
      }
    }
    return news;
  }

  private static String words(RuleChange change) {
    String rule = change.line().chain() + " '" + change.line().text() + "'";
    return switch (change.kind()) {
      case ADD -> "rule " + rule + " (new)";
      case REMOVE -> "rule " + rule + " (no longer)";
      case CHANGE -> "rule " + rule + " (another before)";
      case NOTE -> "rule " + rule + " (another note)";
    };
  }

  private static Problem changed(List<String> news) {
    int more = news.size() - TOLD;
    return stale(
        "the host is no longer as the plan saw it: "
            + String.join("; ", news.subList(0, Math.min(TOLD, news.size())))
            + (more > 0 ? "; and " + more + " more" : ""));
  }

  private static Problem stale(String message) {
    return Problem.of(ErrorCode.STALE, message, "plan again");
  }

  /** Returns where and as whom a host is reached, as {@code ssh root@192.0.2.7:22}. */
  static String reached(ConnectionSettings settings) {
    if (settings.type().equals("local")) {
      return "local";
    }
    String address =
        settings.address().indexOf(':') < 0 ? settings.address() : "[" + settings.address() + "]";
    return settings.type()
        + " "
        + settings.user().map(user -> user + "@").orElse("")
        + address
        + ":"
        + settings.port()
        + settings.jump().map(jump -> " through " + reached(jump)).orElse("");
  }
}
