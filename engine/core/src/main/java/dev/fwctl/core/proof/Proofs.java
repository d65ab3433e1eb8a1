package dev.fwctl.core.proof;

import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.Shape;
import dev.fwctl.core.intent.HostSelection;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Assertion;
import dev.fwctl.model.Container;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.model.SshFacts.OwnConnection;
import dev.fwctl.model.netfilter.OwnedRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Proves of hosts, one by one as they are planned, what must hold before anything is carried out.
 *
 * <p>Safe for use by many threads; {@link #finish} tells what only the whole fleet can tell.
 */
public final class Proofs {
  /**
   * For how many kinds of hosts it is known that all is proved; of no use where no two are alike.
   */
  private static final int MOST_KINDS = 1_000;

  private final List<Selected> selections = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  /** The names of the assertions that speak of something on a host. */
  private final Set<String> matched = ConcurrentHashMap.newKeySet();

  /** The kinds of hosts of which all that must hold is proved. */
  private final Set<Object> proved = ConcurrentHashMap.newKeySet();

  /** The kinds of hosts on which rules of others leave the policy its effect. */
  private final Set<Object> effective = ConcurrentHashMap.newKeySet();

  /** An assertion and its hosts. */
  private record Selected(Assertion assertion, Set<String> hosts) {}

  /** Finds the hosts of every assertion; {@link #problems} tells what is wrong with that. */
  public Proofs(Collection<Assertion> assertions, HostSelection selection) {
    for (Assertion assertion : assertions) {
      String pattern = assertion.hosts().map(Assertion.Selection::pattern).orElse("all");
      Place place = assertion.hosts().map(Assertion.Selection::place).orElse(assertion.place());
      try {
        Set<String> selected = new HashSet<>(selection.select(pattern, place));
        selections.add(new Selected(assertion, selected));
        if (selected.isEmpty()) {
          problems.add(
              Problem.at(
                  place,
                  ErrorCode.UNKNOWN_NAME,
                  "host pattern '%s' of assertion '%s' matches no host of the inventory"
                      .formatted(pattern, assertion.name()),
                  "name hosts or groups of the inventory, or take the assertion out"));
        }
      } catch (FwctlException wrong) {
        problems.addAll(wrong.problems());
      }
    }
  }

  /** Returns the proofs of a repository without assertions. */
  public static Proofs withoutAssertions() {
    return new Proofs(List.of(), (pattern, place) -> List.of());
  }

  /** Returns what is wrong with the assertions whatever hosts are like. */
  public List<Problem> problems() {
    return List.copyOf(problems);
  }

  /** Tells whether there are assertions, for which all rules of a host must be known. */
  public boolean hasAssertions() {
    return !selections.isEmpty();
  }

  /** Returns the sets of addresses that assertions speak of. */
  public List<AddressSet> questions() {
    return selections.stream().map(one -> one.assertion().rule().peers().addresses()).toList();
  }

  /**
   * Tells whether anything is to be told of a host that does not change: what is asserted of it, or
   * whether rules of others leave the policy its effect.
   */
  public boolean concern(Host host, HostFacts facts, Optional<HostIntent> intent) {
    return selections.stream().anyMatch(one -> one.hosts().contains(host.name()))
        || isInQuestion(facts, intent);
  }

  private static boolean isInQuestion(HostFacts facts, Optional<HostIntent> intent) {
    return intent
        .flatMap(HostIntent::inbound)
        .filter(inbound -> RulesOfOthers.mayKeepOut(facts, inbound))
        .isPresent();
  }

  /**
   * Proves what must hold on a host, and tells what of its policy has no effect there.
   *
   * @param before the rules that are ours there
   * @param after the rules that are to be
   * @param intent what they are made of; nothing when no policy speaks of the host
   * @param others the host without rules of ours
   * @param shape its shape, also to what is asserted
   */
  public Findings of(
      Host host,
      OwnedRules before,
      OwnedRules after,
      Optional<HostIntent> intent,
      PredictedHost others,
      Shape shape) {
    return proofs(host, before, after, intent, others, shape).and(effects(intent, others, shape));
  }

  private Findings effects(Optional<HostIntent> intent, PredictedHost others, Shape shape) {
    HostFacts facts = others.facts();
    if (!isInQuestion(facts, intent)) {
      return Findings.none();
    }
    List<String> running =
        facts.docker().containers().stream()
            .filter(Container::running)
            .map(Container::name)
            .toList();
    HostIntent meant = intent.orElseThrow();
    Object kind = List.of(meant, running, shape);
    if (effective.contains(kind)) {
      return Findings.none();
    }
    Findings findings =
        asFarAsItGoes(
            "all that the policy says has an effect",
            () -> new Effectiveness(others, meant, meant.inbound().orElseThrow()).findings());
    if (findings.equals(Findings.none()) && effective.size() < MOST_KINDS) {
      effective.add(kind);
    }
    return findings;
  }

  private Findings proofs(
      Host host,
      OwnedRules before,
      OwnedRules after,
      Optional<HostIntent> intent,
      PredictedHost others,
      Shape shape) {
    HostFacts facts = others.facts();
    List<Assertion> asserted =
        selections.stream()
            .filter(selected -> selected.hosts().contains(host.name()))
            .map(Selected::assertion)
            .toList();
    seen.add(host.name());
    List<List<String>> meant = asserted.stream().map(it -> meant(it, facts.docker())).toList();
    Optional<OwnConnection> own = facts.ssh().connection().filter(unused -> !before.equals(after));
    Optional<HostIntent> lowered = intent.filter(unused -> !before.equals(after));
    if (asserted.isEmpty() && own.isEmpty() && lowered.isEmpty()) {
      return Findings.none();
    }
    // Where a port is redirected, what is there before bears on the proof, too.
    boolean direct = own.stream().allMatch(it -> it.serverPort() == host.connection().port());
    Optional<Object> kind =
        direct
            ? Optional.of(
                List.of(
                    own.isPresent(),
                    asserted.stream().map(Assertion::name).toList(),
                    meant,
                    lowered,
                    shape))
            : Optional.empty();
    if (kind.filter(proved::contains).isPresent()) {
      return Findings.none();
    }
    PredictedHost predicted = others.with(after);
    Findings findings = Findings.none();
    if (own.isPresent()) {
      LockOutProof proof = new LockOutProof(own.get(), host.connection().port());
      findings =
          asFarAsItGoes("fwctl gets in again", () -> proof.prove(others.with(before), predicted));
    }
    if (lowered.isPresent()) {
      EquivalenceProof proof = new EquivalenceProof(predicted, lowered.get());
      findings = findings.and(asFarAsItGoes("the rules say what the policy says", proof::prove));
    }
    AssertionProof proof = new AssertionProof(predicted);
    for (Assertion assertion : asserted) {
      findings = proof.prove(assertion).map(Findings::refusal).map(findings::and).orElse(findings);
    }
    if (findings.equals(Findings.none()) && proved.size() < MOST_KINDS) {
      kind.ifPresent(proved::add);
    }
    return findings;
  }

  /**
   * Carries out a proof that nobody asked for. Where rules are too many for it a warning says so:
   * without it there still are the host's timer and the look at what the kernel took.
   */
  static Findings asFarAsItGoes(String claim, Supplier<Findings> proof) {
    try {
      return proof.get();
    } catch (FwctlException e) {
      if (e.problems().stream().anyMatch(it -> it.code() != ErrorCode.LIMIT_EXCEEDED)) {
        throw e;
      }
      return Findings.warning(
          Problem.of(
              ErrorCode.LIMIT_EXCEEDED,
              "it is not proved that %s: %s".formatted(claim, e.problems().getFirst().message()),
              "to have it proved, name fewer and larger networks in place of single addresses"));
    }
  }

  /** Returns the containers that an assertion names, and notes that there are such. */
  private List<String> meant(Assertion assertion, DockerFacts docker) {
    List<String> names =
        new Endpoints(assertion, docker).containers().stream().map(Container::name).toList();
    if (!names.isEmpty() || !(assertion.rule().local() instanceof LocalEnd.Containers)) {
      matched.add(assertion.name());
    }
    return names;
  }

  /** Returns what only the whole fleet can tell: containers that no host of an assertion has. */
  public IntentResolver.Findings finish() {
    List<Problem> errors = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    for (Selected one : selections) {
      Assertion assertion = one.assertion();
      Set<String> selected = one.hosts();
      if (!matched.contains(assertion.name()) && !assertion.rule().optional()) {
        long missing = selected.stream().filter(host -> !seen.contains(host)).count();
        String subject = "no container is selected by '%s'".formatted(assertion.rule().local());
        if (missing == 0) {
          errors.add(
              Problem.at(
                  assertion.rule().place(),
                  ErrorCode.NOT_ON_HOST,
                  subject + " on any host of assertion '%s'".formatted(assertion.name()),
                  "put the selector right, or add 'optional: true'"));
        } else {
          warnings.add(
              Problem.at(
                  assertion.rule().place(),
                  ErrorCode.NOT_ON_HOST,
                  "%s on the %d of %d hosts of assertion '%s' that were looked at"
                      .formatted(
                          subject, selected.size() - missing, selected.size(), assertion.name())));
        }
      }
    }
    return new IntentResolver.Findings(errors, warnings);
  }
}
