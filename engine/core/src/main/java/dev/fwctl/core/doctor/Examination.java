package dev.fwctl.core.doctor;

import dev.fwctl.analysis.IdleRule;
import dev.fwctl.analysis.IdleRule.Reason;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.SymbolicTraversal;
import dev.fwctl.core.doctor.Finding.NeverApplies;
import dev.fwctl.core.doctor.Finding.NeverReached;
import dev.fwctl.core.doctor.Finding.ToNowhere;
import dev.fwctl.core.doctor.Finding.Unused;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.core.known.PolicyLine;
import dev.fwctl.core.known.RuleOwner;
import dev.fwctl.model.CounterFacts;
import dev.fwctl.model.Family;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Finds what of a host's rules is needless or broken. */
public final class Examination {
  /** Before so long a time it says nothing that nothing came. */
  public static final Duration UNUSED_FOR = Duration.ofHours(24);

  private final KnownHost host;
  private final List<Finding> findings = new ArrayList<>();
  private final TreeMap<RuleOwner, Integer> ofPrograms = new TreeMap<>();

  private Examination(KnownHost host) {
    this.host = host;
  }

  /**
   * Examines a host.
   *
   * @param host the host, its network known
   * @param counters how often our rules applied, if that is known
   * @param receipt what was applied last, if anything
   * @param unusedFor for how long the kernel must have counted until sources count as unused
   * @param now the time
   * @throws dev.fwctl.model.FwctlException with code LIMIT_EXCEEDED when its rules tell too many
   *     kinds of packets apart
   */
  public static Diagnosis examine(
      KnownHost host,
      Optional<CounterFacts> counters,
      Optional<Receipt> receipt,
      Duration unusedFor,
      Instant now) {
    Examination examination = new Examination(host);
    NetworkFacts network = host.network().orElseThrow();
    for (Family family : Family.values()) {
      List<Table> tables = host.rules().getOrDefault(family, List.of());
      examination.toNowhere(family, tables);
      examination.neverApplying(family, tables, network);
    }
    List<String> remarks = new ArrayList<>(host.remarks());
    host.unseen().forEach(unseen -> remarks.add("not looked at: " + unseen));
    if (receipt.isPresent() && counters.isPresent()) {
      Duration since = counted(counters.get(), receipt.get(), now);
      if (since.compareTo(unusedFor) < 0) {
        remarks.add(
            "which sources nothing came from is not told yet: the kernel counts since the last"
                + " apply or boot, which is too short a time");
      } else {
        examination.unused(counters.get(), since);
      }
    }
    return new Diagnosis(host.name(), examination.findings, examination.ofPrograms, remarks);
  }

  private void toNowhere(Family family, List<Table> tables) {
    for (Table table : tables) {
      Set<String> filled = new HashSet<>();
      table.chains().stream()
          .filter(chain -> !chain.rules().isEmpty())
          .forEach(chain -> filled.add(chain.name()));
      eachRule(
          table,
          step ->
              chainOf(step.rule())
                  .filter(chain -> !filled.contains(chain))
                  .ifPresent(chain -> add(step, new ToNowhere(family, step, chain))));
    }
  }

  private static void eachRule(Table table, Consumer<Step> action) {
    for (Chain chain : table.chains()) {
      int position = 0;
      for (Rule rule : chain.rules()) {
        position++;
        action.accept(new Step(table.name(), chain.name(), position, rule));
      }
    }
  }

  private static Optional<String> chainOf(Rule rule) {
    return rule.target()
        .flatMap(
            target ->
                switch (target) {
                  case Target.Jump jump -> Optional.of(jump.chain());
                  case Target.Goto jump -> Optional.of(jump.chain());
                  default -> Optional.empty();
                });
  }

  private void neverApplying(Family family, List<Table> tables, NetworkFacts network) {
    SymbolicTraversal traversal = new SymbolicTraversal(family, tables, host.sets(), network);
    Map<List<String>, List<Step>> unreached = new LinkedHashMap<>();
    for (IdleRule idle : traversal.idleRules(traversal.space().any())) {
      Step step = idle.step();
      if (idle.reason() == Reason.UNREACHED) {
        unreached
            .computeIfAbsent(List.of(step.table(), step.chain()), unseen -> new ArrayList<>())
            .add(step);
      } else {
        add(step, new NeverApplies(family, step, idle.reason()));
      }
    }
    unreached
        .values()
        .forEach(
            steps -> {
              Step first = steps.getFirst();
              Finding finding =
                  new NeverReached(family, first.table(), first.chain(), steps.size());
              // Ours may be for packets that no host of this kind gets.
              RuleOwner.of(first)
                  .ifPresentOrElse(
                      owner -> ofPrograms.merge(owner, steps.size(), Integer::sum),
                      () -> findings.add(finding));
            });
  }

  /**
   * What a program writes, it writes for what may come; of ours, only what a policy says counts.
   */
  private void add(Step step, Finding finding) {
    Optional<RuleOwner> owner = RuleOwner.of(step);
    if (owner.isEmpty() || PolicyLine.of(step).isPresent()) {
      findings.add(finding);
    } else {
      ofPrograms.merge(owner.get(), 1, Integer::sum);
    }
  }

  private static Duration counted(CounterFacts counters, Receipt receipt, Instant now) {
    Duration up = Duration.ofSeconds(counters.upSeconds());
    Duration applied = Duration.between(receipt.appliedAt(), now);
    return applied.compareTo(up) < 0 ? applied : up;
  }

  private void unused(CounterFacts counters, Duration since) {
    Map<Place, Long> packets = new HashMap<>();
    counters
        .counts()
        .forEach(
            count ->
                packets.put(
                    new Place(count.family(), count.table(), count.chain(), count.position()),
                    count.packets()));
    host.rules()
        .forEach(
            (family, tables) ->
                tables.forEach(
                    table ->
                        eachRule(
                            table,
                            step -> {
                              Place place =
                                  new Place(family, step.table(), step.chain(), step.position());
                              letsIn(step)
                                  .filter(line -> packets.getOrDefault(place, 1L) == 0)
                                  .ifPresent(
                                      line -> findings.add(new Unused(family, step, line, since)));
                            })));
  }

  private record Place(Family family, String table, String chain, int position) {}

  /** Returns the line of a policy that allows what a rule lets in, if it is such a rule. */
  private static Optional<PolicyLine> letsIn(Step step) {
    return PolicyLine.of(step)
        .filter(line -> !line.policy().equals(PolicyLine.DEFAULT))
        .filter(line -> step.rule().target().equals(Optional.of(new Target.Return())));
  }
}
