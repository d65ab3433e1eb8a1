package dev.fwctl.plugin.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.IpAddress;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.plugin.docker.PortMap.Entry;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PortMapTest {
  @Provide
  Arbitrary<Entry> entry() {
    // Few ports, so that neighbours and overlaps are common.
    return Combinators.combine(
            Arbitraries.of(TransportProtocol.TCP, TransportProtocol.UDP),
            Arbitraries.of(
                Optional.<IpAddress>empty(),
                Optional.of(IpAddress.of("192.0.2.1")),
                Optional.of(IpAddress.of("2001:db8::1"))),
            Arbitraries.oneOf(Arbitraries.integers().between(1, 12), Arbitraries.of(65534, 65535)),
            Arbitraries.oneOf(Arbitraries.integers().between(1, 12), Arbitraries.of(65534, 65535)),
            Arbitraries.of(true, false))
        .as(Entry::new);
  }

  @Provide
  Arbitrary<Set<Entry>> entries() {
    return entry().set().ofMaxSize(40);
  }

  private static Set<Entry> expand(PublishedPort published) {
    Set<Entry> entries = new HashSet<>();
    for (int i = 0; i < published.containerPorts().size(); i++) {
      entries.add(
          new Entry(
              published.ports().protocol(),
              published.hostAddress(),
              published.ports().ports().first() + i,
              published.containerPorts().first() + i,
              published.dynamic()));
    }
    return entries;
  }

  @Property
  void joiningLosesNothingAndInventsNothing(@ForAll("entries") Set<Entry> entries) {
    List<PublishedPort> published = PortMap.publish(entries);

    Set<Entry> expanded = new HashSet<>();
    int count = 0;
    for (PublishedPort port : published) {
      expanded.addAll(expand(port));
      count += port.containerPorts().size();
    }
    assertThat(expanded).isEqualTo(entries);
    assertThat(count).as("no port is told twice").isEqualTo(entries.size());
  }

  @Property
  void noTwoRangesCouldBeOne(@ForAll("entries") Set<Entry> entries) {
    List<PublishedPort> published = PortMap.publish(entries);

    for (PublishedPort left : published) {
      for (PublishedPort right : published) {
        assertThat(
                left.ports().protocol() == right.ports().protocol()
                    && left.hostAddress().equals(right.hostAddress())
                    && left.dynamic() == right.dynamic()
                    && left.ports().ports().last() + 1 == right.ports().ports().first()
                    && left.containerPorts().last() + 1 == right.containerPorts().first())
            .as("%s goes on as %s", left, right)
            .isFalse();
      }
    }
  }

  @Property
  void exposedPortsAreJoinedWithoutLossToTheFewestRanges(@ForAll("entries") Set<Entry> entries) {
    Set<ProtocolPorts> single = new HashSet<>();
    for (Entry entry : entries) {
      single.add(new ProtocolPorts(entry.protocol(), PortRange.single(entry.hostPort())));
    }

    List<ProtocolPorts> joined = PortMap.join(single);

    Set<ProtocolPorts> expanded = new HashSet<>();
    for (ProtocolPorts ports : joined) {
      for (int port = ports.ports().first(); port <= ports.ports().last(); port++) {
        expanded.add(new ProtocolPorts(ports.protocol(), PortRange.single(port)));
      }
    }
    assertThat(expanded).isEqualTo(single);
    assertThat(joined).isSorted();
    for (ProtocolPorts left : joined) {
      assertThat(joined)
          .noneMatch(
              right ->
                  left.protocol() == right.protocol()
                      && left.ports().last() + 1 == right.ports().first());
    }
  }
}
