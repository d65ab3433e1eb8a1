package dev.fwctl.analysis;

import static dev.fwctl.analysis.OwnChains.back;
import static dev.fwctl.analysis.OwnChains.destination;
import static dev.fwctl.analysis.OwnChains.drop;
import static dev.fwctl.analysis.OwnChains.go;
import static dev.fwctl.analysis.OwnChains.in;
import static dev.fwctl.analysis.OwnChains.jump;
import static dev.fwctl.analysis.OwnChains.local;
import static dev.fwctl.analysis.OwnChains.noted;
import static dev.fwctl.analysis.OwnChains.out;
import static dev.fwctl.analysis.OwnChains.port;
import static dev.fwctl.analysis.OwnChains.ports;
import static dev.fwctl.analysis.OwnChains.prefix;
import static dev.fwctl.analysis.OwnChains.protocol;
import static dev.fwctl.analysis.OwnChains.rule;
import static dev.fwctl.analysis.OwnChains.source;
import static dev.fwctl.analysis.OwnChains.states;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.PacketKind.Path;
import dev.fwctl.analysis.PacketKind.Payload;
import dev.fwctl.analysis.Passage.Decision;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.Target;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReachTest {
  private static final AddressSet EVERYONE = Reach.everyone(Family.IPV4);
  private static final AddressSet HOST = set("192.0.2.1/32");

  private static AddressSet set(String... prefixes) {
    AddressSet set = AddressSet.none();
    for (String one : prefixes) {
      set = set.union(AddressSet.of(prefix(one)));
    }
    return set;
  }

  private static PacketKind kind(Path path, String in, String out, Payload payload) {
    return new PacketKind(
        Family.IPV4,
        path,
        in.isEmpty() ? Optional.empty() : Optional.of(in),
        out.isEmpty() ? Optional.empty() : Optional.of(out),
        payload,
        HOST);
  }

  private static PacketKind published(int port) {
    return kind(Path.TO_PUBLISHED, "eth0", "", new Payload.Dialled(TransportProtocol.TCP, port));
  }

  private static PacketKind host(int port) {
    return kind(Path.TO_HOST, "eth0", "", new Payload.Dialled(TransportProtocol.TCP, port));
  }

  /** As the iptables backend lays its chains out. */
  private static OwnChains layout() {
    return new OwnChains(Family.IPV4)
        .hook("mangle", "PREROUTING", "FWCTL-PREROUTING")
        .hook("mangle", "FORWARD", "FWCTL-FORWARD")
        .chain("mangle", "FWCTL-PREROUTING", rule(jump("FWCTL-INBOUND"), in("eth0"), local()))
        .chain(
            "mangle",
            "FWCTL-FORWARD",
            rule(
                drop(),
                in("eth0"),
                out("docker0"),
                new Match.ConnectionDirection(false),
                states(true, "DNAT")),
            rule(jump("FWCTL-OUTBOUND"), in("docker0"), out("eth0")))
        .chain("mangle", "FWCTL-OUTBOUND", rule(drop(), protocol("tcp"), port(25)))
        .chain(
            "mangle",
            "FWCTL-INBOUND",
            rule(back(), new Match.ConnectionDirection(true)),
            rule(back(), protocol("icmp"), new Match.IcmpType(false, 3, -1)),
            rule(go("FWCTL-PUBLISHED"), protocol("tcp"), port(8081)),
            rule(go("FWCTL-HOST")));
  }

  private static OwnedRules shop() {
    return layout()
        .chain(
            "mangle",
            "FWCTL-PUBLISHED",
            noted("shop:9", drop(), source("203.0.113.66/32")),
            noted("shop:5", back(), source("203.0.113.0/24")),
            noted("shop:6", back(), source("198.51.100.7/32")),
            noted("shop:1", drop()))
        .chain(
            "mangle",
            "FWCTL-HOST",
            noted("shop:4", back(), protocol("tcp"), port(22), source("203.0.113.0/24")),
            noted("shop:1", drop()))
        .rules();
  }

  @Test
  void withoutOwnRulesEveryoneGetsThrough() {
    Passage passage = new Reach(OwnedRules.none()).of(published(80));
    assertThat(passage.through()).isEqualTo(EVERYONE);
    assertThat(passage.unsure()).isEqualTo(AddressSet.none());
  }

  @Test
  void theAllowedGetThroughAndTheDeniedDoNot() {
    Passage passage = new Reach(shop()).of(published(8081));
    AddressSet office = set("203.0.113.0/24").minus(set("203.0.113.66/32"));
    assertThat(passage.through()).isEqualTo(office.union(set("198.51.100.7/32")));
    assertThat(passage.unsure()).isEqualTo(AddressSet.none());
    assertThat(passage.decisions())
        .containsExactlyInAnyOrder(
            new Decision(true, Optional.of("shop:5"), office),
            new Decision(true, Optional.of("shop:6"), set("198.51.100.7/32")),
            new Decision(false, Optional.of("shop:9"), set("203.0.113.66/32")),
            new Decision(
                false,
                Optional.of("shop:1"),
                EVERYONE.minus(set("203.0.113.0/24", "198.51.100.7/32"))));
  }

  @Test
  void aGotoDoesNotComeBack() {
    assertThat(new Reach(shop()).of(host(22)).through()).isEqualTo(set("203.0.113.0/24"));
    assertThat(new Reach(shop()).of(host(23)).through()).isEqualTo(AddressSet.none());
  }

  @Test
  void whatComesInElsewhereIsNotJudged() {
    PacketKind inside =
        kind(Path.TO_HOST, "eth1", "", new Payload.Dialled(TransportProtocol.TCP, 22));
    assertThat(new Reach(shop()).of(inside).through()).isEqualTo(EVERYONE);
  }

  @Test
  void anotherFamilyIsNotJudged() {
    PacketKind six =
        new PacketKind(
            Family.IPV6,
            Path.TO_HOST,
            Optional.of("eth0"),
            Optional.empty(),
            new Payload.Dialled(TransportProtocol.TCP, 22),
            AddressSet.none());
    assertThat(new Reach(shop()).of(six).through()).isEqualTo(Reach.everyone(Family.IPV6));
  }

  @Test
  void otherPacketsMeetTheDefault() {
    Reach reach = new Reach(shop());
    assertThat(reach.of(kind(Path.TO_HOST, "eth0", "", new Payload.Icmp(8))).through())
        .isEqualTo(AddressSet.none());
    assertThat(reach.of(kind(Path.TO_HOST, "eth0", "", new Payload.Icmp(3))).through())
        .isEqualTo(EVERYONE);
    assertThat(reach.of(kind(Path.TO_HOST, "eth0", "", new Payload.Other())).through())
        .isEqualTo(AddressSet.none());
  }

  @Test
  void theDirectRouteIsToldFromDockersNat() {
    Reach reach = new Reach(shop());
    Payload payload = new Payload.Dialled(TransportProtocol.TCP, 8080);
    assertThat(reach.of(kind(Path.TO_CONTAINER, "eth0", "docker0", payload)).through())
        .isEqualTo(AddressSet.none());
    assertThat(reach.of(kind(Path.TO_CONTAINER, "eth0", "br-other", payload)).through())
        .isEqualTo(EVERYONE);
  }

  @Test
  void whatContainersSendIsJudgedByWhereItGoes() {
    OwnedRules rules =
        new OwnChains(Family.IPV4)
            .hook("mangle", "FORWARD", "FWCTL-FORWARD")
            .chain(
                "mangle",
                "FWCTL-FORWARD",
                rule(
                    drop(),
                    in("docker0"),
                    out("eth0"),
                    protocol("tcp"),
                    port(25),
                    destination("198.51.100.0/24")))
            .rules();
    Reach reach = new Reach(rules);
    PacketKind mail =
        kind(
            Path.FROM_CONTAINER, "docker0", "eth0", new Payload.Dialled(TransportProtocol.TCP, 25));
    assertThat(reach.of(mail).through()).isEqualTo(EVERYONE.minus(set("198.51.100.0/24")));
    assertThat(reach.ports(mail)).containsExactly(PortRange.single(25));
    assertThat(reach.ports(published(25))).isEmpty();
  }

  @Test
  void aMarkDropsLaterForTheReasonThatSetIt() {
    long mark = 0x40000000L;
    OwnedRules rules =
        new OwnChains(Family.IPV4)
            .hook("mangle", "PREROUTING", "FWCTL-PREROUTING")
            .hook("filter", "INPUT", "FWCTL-REJECT")
            .chain(
                "mangle",
                "FWCTL-PREROUTING",
                rule(back(), source("203.0.113.0/24")),
                noted("shop:1", new Target.SetMark(mark, mark)))
            .chain(
                "filter",
                "FWCTL-REJECT",
                noted(
                    "reject",
                    new Target.Reject("icmp-port-unreachable"),
                    new Match.PacketMark(false, mark, mark)))
            .rules();
    Passage passage = new Reach(rules).of(host(22));
    assertThat(passage.through()).isEqualTo(set("203.0.113.0/24"));
    assertThat(passage.decisions())
        .contains(
            new Decision(false, Optional.of("shop:1"), EVERYONE.minus(set("203.0.113.0/24"))));
  }

  @Test
  void aSetIsItsMembers() {
    AddressSet members = set("203.0.113.0/24", "198.51.100.7/32");
    OwnedRules rules =
        new OwnChains(Family.IPV4)
            .hook("mangle", "PREROUTING", "FWCTL-PREROUTING")
            .chain(
                "mangle",
                "FWCTL-PREROUTING",
                rule(back(), new Match.SourceInSet(false, "fwctl-abc")),
                rule(drop()))
            .set(new NamedSet("fwctl-abc", Family.IPV4, members))
            .rules();
    assertThat(new Reach(rules).of(host(22)).through()).isEqualTo(members);
  }

  @Test
  void whatIsNotUnderstoodIsUnsure() {
    for (Match match :
        new Match[] {
          new Match.Unknown("-m time --timestart 08:00:00"),
          new Match.SourceInSet(false, "not-ours"),
          new Match.SourcePort(false, PortRange.single(53))
        }) {
      OwnedRules rules =
          new OwnChains(Family.IPV4)
              .hook("mangle", "PREROUTING", "FWCTL-PREROUTING")
              .chain(
                  "mangle",
                  "FWCTL-PREROUTING",
                  rule(back(), source("203.0.113.0/24"), match),
                  rule(back(), source("198.51.100.7/32")),
                  rule(drop()))
              .rules();
      Passage passage = new Reach(rules).of(host(22));
      assertThat(passage.through()).isEqualTo(set("198.51.100.7/32"));
      assertThat(passage.unsure()).isEqualTo(set("203.0.113.0/24"));
    }
  }

  @Test
  void whatComesOutTheSameWhicheverWayItGoesIsSure() {
    OwnedRules rules =
        new OwnChains(Family.IPV4)
            .hook("mangle", "PREROUTING", "FWCTL-PREROUTING")
            .chain(
                "mangle",
                "FWCTL-PREROUTING",
                rule(back(), new Match.Unknown("-m time --timestart 08:00:00")),
                rule(drop(), source("198.51.100.7/32")))
            .rules();
    Passage passage = new Reach(rules).of(host(22));
    assertThat(passage.through()).isEqualTo(EVERYONE.minus(set("198.51.100.7/32")));
    assertThat(passage.unsure()).isEqualTo(set("198.51.100.7/32"));
  }

  @Test
  void aTargetThatIsNotUnderstoodIsUnsureUnlessItOnlyLooks() {
    for (boolean looks : new boolean[] {true, false}) {
      OwnedRules rules =
          new OwnChains(Family.IPV4)
              .hook("mangle", "PREROUTING", "FWCTL-PREROUTING")
              .chain(
                  "mangle",
                  "FWCTL-PREROUTING",
                  rule(new Target.Other(looks ? "LOG --log-prefix x" : "TPROXY --on-port 1")))
              .rules();
      Passage passage = new Reach(rules).of(host(22));
      assertThat(passage.through()).isEqualTo(looks ? EVERYONE : AddressSet.none());
      assertThat(passage.unsure()).isEqualTo(looks ? AddressSet.none() : EVERYONE);
    }
  }

  @Test
  void chainsThatCallEachOtherInACircleEnd() {
    OwnedRules rules =
        new OwnChains(Family.IPV4)
            .hook("mangle", "PREROUTING", "FWCTL-A")
            .chain("mangle", "FWCTL-A", rule(jump("FWCTL-B")))
            .chain("mangle", "FWCTL-B", rule(jump("FWCTL-A")))
            .rules();
    assertThat(new Reach(rules).of(host(22)).unsure()).isEqualTo(EVERYONE);
  }

  @Test
  void onlyPortsOnTheWayAreSpokenOf() {
    OwnedRules rules =
        layout()
            .chain("mangle", "FWCTL-PUBLISHED", rule(drop()))
            .chain(
                "mangle",
                "FWCTL-HOST",
                rule(back(), protocol("tcp"), ports(20, 22)),
                rule(back(), protocol("udp"), port(53)))
            .rules();
    assertThat(new Reach(rules).ports(host(0)))
        .containsExactlyInAnyOrder(new PortRange(20, 22), PortRange.single(8081));
  }

  @Test
  void aDestinationOfAnotherAddressDoesNotMatch() {
    OwnedRules rules =
        new OwnChains(Family.IPV4)
            .hook("mangle", "PREROUTING", "FWCTL-PREROUTING")
            .chain("mangle", "FWCTL-PREROUTING", rule(drop(), destination("192.0.2.2/32")))
            .rules();
    assertThat(new Reach(rules).of(host(22)).through()).isEqualTo(EVERYONE);
  }
}
