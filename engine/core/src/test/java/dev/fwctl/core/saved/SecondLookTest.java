package dev.fwctl.core.saved;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.plan.FactsToApply;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.model.BootFacts;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Fact;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SecondLookTest {
  private static final HostFacts AS_PLANNED = Plans.facts(Plans.OLD, true, "web 8081:80");

  private final List<Host> hosts =
      new ArrayList<>(List.of(Plans.host("web-01"), Plans.host("web-02"), Plans.host("web-03")));
  private final List<String> asked = new ArrayList<>();

  private SecondLook look(Map<String, HostReading> others) {
    SavedPlan saved = PlanFile.parse(PlanFile.bytes(Plans.saved()), "x.fwplan", Plans.FIREWALLS);
    return SecondLook.at(
        saved,
        hosts,
        (some, use) -> {
          SequencedMap<Host, SecondLook.Finding> findings = new LinkedHashMap<>();
          for (Host host : some) {
            asked.add(host.name());
            findings.put(host, use.apply(host, others.getOrDefault(host.name(), told(AS_PLANNED))));
          }
          return findings;
        });
  }

  private static HostReading told(HostFacts facts) {
    return new HostReading.Gathered(facts, new TreeMap<>(), Duration.ZERO);
  }

  private static List<String> names(SecondLook look) {
    return look.ready().stream().map(plan -> plan.host().name()).toList();
  }

  private String why(HostFacts facts) {
    SecondLook look = look(Map.of("web-01", told(facts)));
    assertThat(names(look)).containsExactly("web-02", "web-03");
    assertThat(look.done()).isEmpty();
    Problem problem = look.stale().firstEntry().getValue();
    assertThat(problem.code()).isEqualTo(ErrorCode.STALE);
    assertThat(problem.hint()).contains("plan again");
    return problem.message();
  }

  @Test
  void hostsThatAreAsTheyWereAreReadyWithTheirCredentialsAndWhatApplyingNeeds() {
    SecondLook look = look(Map.of());

    assertThat(names(look)).containsExactly("web-01", "web-02", "web-03");
    HostPlan.Changed first = look.ready().getFirst();
    assertThat(first.host()).isSameAs(hosts.getFirst());
    assertThat(first.facts())
        .isEqualTo(FactsToApply.of(AS_PLANNED, first.backend(), UnaryOperator.identity()))
        .isNotEqualTo(AS_PLANNED);
    assertThat(first.change()).isEqualTo(Plans.plan().changed().getFirst().change());
    assertThat(asked).containsExactly("web-01", "web-02", "web-03");
  }

  @Test
  void aContainerThatPublishesAPortIsNews() {
    assertThat(why(Plans.facts(Plans.OLD, true, "web 8081:80", "job", "db 5432:5432")))
        .isEqualTo(
            "the host is no longer as the plan saw it: container db publishes 5432->5432/tcp"
                + " (new)");
  }

  @Test
  void aContainerThatIsGoneIsNews() {
    assertThat(why(Plans.facts(Plans.OLD, true)))
        .contains("container web publishes 8081->80/tcp (no longer)");
  }

  @Test
  void whatTheFirewallRestsOnIsNews() {
    assertThat(why(Plans.facts(Plans.OLD, false, "web 8081:80")))
        .contains("ipset is not installed (new); ipset is installed (no longer)");
  }

  @Test
  void aRuleThatWasChangedByHandIsNews() {
    assertThat(why(Plans.facts(Plans.OLD.replace("-j DROP", "-j RETURN"), true, "web 8081:80")))
        .contains("rule ipv4 mangle FWCTL-HOST '-j RETURN' (another before)");
  }

  /** Nothing that is planned rests on rules of others, but that they let us in again. */
  @Test
  void aRuleOfOthersThatLocksUsOutIsNews() {
    String others =
        "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport %d -j DROP\nCOMMIT\n";
    assertThat(why(Plans.facts(others.formatted(2222) + Plans.OLD, true, "web 8081:80")))
        .startsWith("the host is no longer as the plan saw it: fwctl would be locked out")
        .contains("dropped by rule 1 of PREROUTING in raw: -p tcp -m tcp --dport 2222 -j DROP");
    HostFacts harmless = Plans.facts(others.formatted(23) + Plans.OLD, true, "web 8081:80");
    assertThat(names(look(Map.of("web-01", told(harmless))))).contains("web-01");
  }

  @Test
  void muchNewsIsCounted() {
    assertThat(why(Plans.facts(Plans.OLD, true, "a 1:1", "b 2:2", "c 3:3", "d 4:4", "e 5:5")))
        .endsWith("; and 3 more");
  }

  @Test
  void aHostThatHoldsWhatIsPlannedIsDone() {
    SecondLook look = look(Map.of("web-01", told(asWanted(Plans.RECEIPT))));

    assertThat(look.done()).extracting(Host::name).containsExactly("web-01");
    assertThat(names(look)).containsExactly("web-02", "web-03");
    assertThat(look.stale()).isEmpty();
  }

  @Test
  void aHostThatHoldsItButForgetsItAtTheNextBootIsReady() {
    for (HostFacts facts : List.of(asWanted(), asWanted(Plans.RECEIPT, new BootFacts(false)))) {
      SecondLook look = look(Map.of("web-01", told(facts)));
      assertThat(names(look)).containsExactly("web-01", "web-02", "web-03");
      assertThat(look.done()).isEmpty();
    }
    SecondLook look = look(Map.of("web-01", told(asWanted(Plans.RECEIPT, new BootFacts(true)))));
    assertThat(look.done()).extracting(Host::name).containsExactly("web-01");
  }

  private static HostFacts asWanted(Fact... others) {
    Map<String, Fact> named = new HashMap<>();
    for (Fact other : others) {
      named.put(other.getClass().getSimpleName(), other);
    }
    return Plans.with(Plans.facts(Plans.NEW, true, "web 8081:80"), named);
  }

  @Test
  void onAHostWithoutPolicyOnlyItsRulesMatter() {
    SecondLook look = look(Map.of("web-03", told(Plans.facts(Plans.OLD, false, "db 1:1"))));

    assertThat(names(look)).contains("web-03");
  }

  @Test
  void aHostThatIsReachedElsewhereIsNotAsked() {
    Host moved = hosts.getFirst();
    ConnectionSettings elsewhere = Plans.settings("web-09");
    hosts.set(0, new Host(moved.name(), moved.groups(), elsewhere, moved.place()));
    SecondLook look = look(Map.of());

    assertThat(asked).containsExactly("web-02", "web-03");
    assertThat(look.stale().firstEntry().getValue().message())
        .isEqualTo(
            "the inventory now says ssh root@web-09:2222 through ssh bastion:22; the plan was made"
                + " over ssh root@web-01:2222 through ssh bastion:22");
  }

  @Test
  void aHostThatTheInventoryNoLongerHasIsNotAsked() {
    hosts.removeFirst();
    SecondLook look = look(Map.of());

    assertThat(asked).containsExactly("web-02", "web-03");
    assertThat(look.stale().firstEntry().getValue().message()).contains("no longer has this host");
  }

  @Test
  void aHostThatDoesNotAnswerIsLeftAlone() {
    Problem refused = Problem.of(ErrorCode.UNREACHABLE, "connection refused");
    SecondLook look =
        look(Map.of("web-02", new HostReading.Failed(new FwctlException(refused), Duration.ZERO)));

    assertThat(names(look)).containsExactly("web-01", "web-03");
    assertThat(look.stale().firstEntry().getValue()).isEqualTo(refused);
  }
}
