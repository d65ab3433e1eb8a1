package dev.fwctl.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.TestHosts;
import dev.fwctl.core.plan.Change;
import dev.fwctl.core.plan.Drift;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.core.plan.RuleChange.Kind;
import dev.fwctl.core.plan.RuleLine;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.ReachChange.Direction;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.spi.FirewallBackend;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanTextTest {
  private static final AddressSet OFFICE =
      AddressSet.of(IpPrefix.of("203.0.113.0/24"), IpPrefix.of("2001:db8:7::/48"));
  private static final String HOST_CHAIN = "ipv4 mangle FWCTL-HOST";

  @TempDir private Path folder;

  /** A backend that is only named here. */
  private static final class NoBackend implements FirewallBackend {
    @Override
    public String name() {
      return "none";
    }

    @Override
    public String gatherer() {
      return "none";
    }

    @Override
    public List<Problem> obstacles(HostFacts facts) {
      return List.of();
    }

    @Override
    public OwnedRules lower(HostIntent intent, HostFacts facts) {
      return OwnedRules.none();
    }

    @Override
    public OwnedRules inForce(HostFacts facts) {
      return OwnedRules.none();
    }

    @Override
    public List<Problem> warnings(HostFacts facts) {
      return List.of();
    }

    @Override
    public String restore(OwnedRules wanted) {
      return "";
    }

    @Override
    public String fingerprint() {
      return "";
    }

    @Override
    public String show(Family family, Rule rule) {
      return "";
    }
  }

  static Host host(String name) {
    return TestHosts.named(name, "ssh");
  }

  private static RuleChange add(String text, String note) {
    return new RuleChange(Kind.ADD, new RuleLine(HOST_CHAIN, text, note), Optional.empty());
  }

  private static Change change(List<ReachChange> reach, List<RuleChange> rules) {
    return new Change(
        "0123456789ab".repeat(5) + "cdef",
        OwnedRules.none(),
        OwnedRules.none(),
        reach,
        new Change.Written("script", "back", rules, List.of()));
  }

  private static HostPlan.Changed changed(String name, Change change, Optional<Drift> drift) {
    return new HostPlan.Changed(
        host(name), change, new NoBackend(), new HostFacts(new TreeMap<>()), drift, List.of());
  }

  private String text(Plan plan, boolean everyRule) {
    return new PlanText(Style.PLAIN, new ProblemText(folder), everyRule).plan(plan);
  }

  static Change shopOpens() {
    return change(
        List.of(
            new ReachChange(
                Direction.INBOUND, "django 8081/tcp", AddressSet.none(), OFFICE.complement(), true),
            new ReachChange(Direction.INBOUND, "host 22/tcp", OFFICE, AddressSet.none(), true),
            new ReachChange(
                Direction.OUTBOUND, "worker 25/tcp", AddressSet.none(), AddressSet.any(), false)),
        List.of(
            add("-p icmp -j RETURN", "fwctl essential: everything"),
            add(
                "-s 203.0.113.0/24 -p tcp -m tcp --dport 22 -j RETURN",
                "policies/shop.yml:14 baseline"),
            new RuleChange(
                Kind.CHANGE,
                new RuleLine(HOST_CHAIN, "-j DROP", "policies/shop.yml:12 default"),
                Optional.of(new RuleLine(HOST_CHAIN, "-j RETURN", "policies/shop.yml:12 default"))),
            new RuleChange(
                Kind.NOTE,
                new RuleLine(HOST_CHAIN, "-p udp -j DROP", "policies/shop.yml:16 shop"),
                Optional.of(
                    new RuleLine(HOST_CHAIN, "-p udp -j DROP", "policies/shop.yml:15 shop")))));
  }

  static Drift openedByHand() {
    return new Drift(
        Optional.of(
            new Receipt(
                Instant.parse("2026-11-23T10:00:00Z"),
                "ann@desk",
                "run-1",
                Optional.of("c0ffee".repeat(6) + "c0ff"),
                false,
                "a".repeat(64),
                List.of())),
        List.of(add("-p tcp --dport 8081 -j RETURN", "")),
        true);
  }

  @Test
  void tellsReachFirstAndEqualHostsTogether() {
    Plan plan =
        new Plan(
            List.of(
                changed("web-01", shopOpens(), Optional.empty()),
                changed("web-02", shopOpens(), Optional.of(openedByHand())),
                new HostPlan.Unchanged(host("web-03"), true, List.of()),
                new HostPlan.NotPlannable(
                    host("web-04"),
                    List.of(Problem.of(ErrorCode.UNREACHABLE, "connection refused", "is sshd up?")),
                    List.of())),
            List.of());

    assertThat(text(plan, false))
        .isEqualTo(
            """
            Changed on the hosts since the last apply

            web-02 (applied 2026-11-23T10:00:00Z by ann@desk, commit c0ffeec0ffee)
              ipv4 mangle FWCTL-HOST
                + -p tcp --dport 8081 -j RETURN

            2 hosts: web-01, web-02  (change 0123456789ab)
              + 203.0.113.0/24, 2001:db8:7::/48 can now reach host 22/tcp
              - everyone but 203.0.113.0/24, 2001:db8:7::/48 can no longer reach django
                  8081/tcp
              - worker 25/tcp (as far as fwctl can tell) can no longer reach everyone

              ipv4 mangle FWCTL-HOST
                + -s 203.0.113.0/24 -p tcp -m tcp --dport 22 -j RETURN
                    # policies/shop.yml:14 baseline
                ~ -j RETURN
                  -> -j DROP  # policies/shop.yml:12 default
              ~ 1 rule will name another line of the policy, nothing else
              and 1 rule that leads packets there or lets through what every host needs
                (--all-rules)

            ! web-04: left alone
            error: connection refused [FW030]
              hint: is sshd up?

            Plan: 4 to add, 4 to change, 0 to remove on 2 of 4 hosts (1 distinct change; 1
            unreachable, 1 drifted).
            """);
  }

  @Test
  void showsEveryRuleWhenAsked() {
    Plan plan = new Plan(List.of(changed("web-01", shopOpens(), Optional.empty())), List.of());

    assertThat(text(plan, true)).contains("+ -p icmp -j RETURN  # fwctl essential: everything");
  }

  @Test
  void saysThatNothingIsLeftToDo() {
    Plan plan =
        new Plan(
            List.of(
                new HostPlan.Unchanged(host("web-01"), true, List.of()),
                new HostPlan.Unchanged(host("web-02"), false, List.of())),
            List.of());

    assertThat(text(plan, false)).isEqualTo("No changes. 2 hosts are as the policies say.\n");
  }

  @Test
  void isNeverWiderThanATerminalAndNeverCutsAName() {
    String name = "a".repeat(100);
    Plan plan = new Plan(List.of(changed(name, shopOpens(), Optional.empty())), List.of());

    assertThat(text(plan, true).lines().filter(line -> !line.contains(name)))
        .allMatch(line -> line.length() <= 80);
    assertThat(text(plan, true)).contains(name);
  }

  @Test
  void showsControlCharactersOfHostsAsEscapes() {
    Change change =
        change(
            List.of(
                new ReachChange(
                    Direction.INBOUND,
                    "evil\u001b[2J\n 80/tcp",
                    AddressSet.any(),
                    AddressSet.none(),
                    true)),
            List.of(add("-j \u0007", "x\r")));
    Plan plan = new Plan(List.of(changed("web-01", change, Optional.empty())), List.of());

    assertThat(text(plan, true))
        .contains("evil\\u001b[2J\\n 80/tcp")
        .doesNotContain("\u001b", "\u0007", "\r");
  }

  @Test
  void eventsAreOneJsonObjectALine() {
    List<String> lines = new ArrayList<>();
    Events events =
        new Events(lines::add, InstantSource.fixed(Instant.parse("2026-11-23T10:00:00Z")));
    events.version("1.2.3");
    events.plan(
        new Plan(List.of(changed("web-01", shopOpens(), Optional.of(openedByHand()))), List.of()));

    assertThat(lines.getFirst())
        .isEqualTo(
            "{\"@level\":\"info\",\"@message\":\"fwctl 1.2.3\",\"@timestamp\":\"2026-11-23T10:00:00Z\",\"type\":\"version\",\"fwctl\":\"1.2.3\",\"format\":\"1.0\"}");
    assertThat(lines).hasSize(4).allMatch(line -> line.startsWith("{\"@level\":"));
    assertThat(lines.get(1)).contains("\"type\":\"drift\"", "\"applied_by\":\"ann@desk\"");
    assertThat(lines.get(2))
        .contains(
            "\"type\":\"planned_change\"",
            "\"hosts\":[\"web-01\"]",
            "\"opened\":[\"203.0.113.0/24\",\"2001:db8:7::/48\"]");
    assertThat(lines.getLast())
        .contains("\"changes\":{\"add\":2,\"change\":2,\"remove\":0}", "\"drifted\":1");
  }
}
