package dev.fwctl.core.saved;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.core.plan.RuleDifference;
import dev.fwctl.core.plan.RuleLine;
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
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

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

  /**
   * Looks again.
   *
   * @param hosts the hosts of the inventory as it is now
   * @param ask asks hosts for their facts
   */
  public static SecondLook at(
      SavedPlan saved,
      Collection<Host> hosts,
      Function<Collection<Host>, ? extends Map<Host, HostReading>> ask) {
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
    ask.apply(same.sequencedKeySet())
        .forEach(
            (host, reading) -> {
              HostPlan.Changed plan = requireNonNull(same.get(host), "a host without a plan");
              switch (reading) {
                case HostReading.Failed failed -> stale.put(host, failed.problems().getFirst());
                case HostReading.Gathered gathered -> {
                  if (!gathered.obstacles().isEmpty()) {
                    stale.put(host, gathered.obstacles().getFirst());
                    return;
                  }
                  Basis basis =
                      requireNonNull(saved.bases().get(host.name()), "a change without a basis");
                  List<String> news = news(plan, basis, gathered.facts());
                  if (!news.isEmpty()) {
                    stale.put(host, changed(news));
                  } else if (isDone(plan, gathered.facts())) {
                    done.add(host);
                  } else {
                    ready.add(
                        new HostPlan.Changed(
                            host,
                            plan.change(),
                            plan.backend(),
                            gathered.facts(),
                            plan.drift(),
                            plan.warnings()));
                  }
                }
              }
            });
    return new SecondLook(ready, done, stale);
  }

  private static boolean isDone(HostPlan.Changed plan, HostFacts facts) {
    return plan.backend().inForce(facts).equals(plan.change().wanted());
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
