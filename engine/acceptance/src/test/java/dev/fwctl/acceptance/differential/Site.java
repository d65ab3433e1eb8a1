package dev.fwctl.acceptance.differential;

import dev.fwctl.lab.Execution;
import dev.fwctl.lab.Lab;
import dev.fwctl.model.Family;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.netfilter.Dump;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.plugin.interfaces.NetworkGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A lab host on whose network packets are put.
 *
 * <p>What decides about packets beside the rules is made to let them pass: where they say they come
 * from, how often errors are sent. Of a packet that has passed all rules the last hook tells, and
 * takes it away, so that nobody answers and no connection begins; one with a high hop limit goes
 * on. Of what the kernel itself answers the first hook tells, before rules see it.
 */
final class Site implements AutoCloseable {
  /** Packets that begin a connection have this hop limit. */
  static final int LASTING = 255;

  static final int PASSING = 64;

  private static final String PREPARE =
      """
      if [ ! -c /dev/net/tun ]; then
        mkdir -p /dev/net
        mknod /dev/net/tun c 10 200
      fi
      # The lab's own network is not part of this.
      ip link set eth0 down
      ip link set eth0 name lab0
      for one in all default lo; do
        cd /proc/sys/net/ipv4/conf/$one
        echo 0 >rp_filter
        echo 1 >accept_local
        echo 1 >route_localnet
        echo 0 >send_redirects
        echo 0 >/proc/sys/net/ipv6/conf/$one/accept_dad
      done
      cd /proc/sys/net
      echo 1 >ipv4/ip_forward
      echo 1 >ipv6/conf/all/forwarding
      echo 0 >ipv4/icmp_ratelimit
      echo 0 >ipv6/icmp/ratelimit
      [ ! -e ipv4/icmp_msgs_per_sec ] || echo 1000000000 >ipv4/icmp_msgs_per_sec
      [ ! -e ipv4/icmp_msgs_burst ] || echo 1000000000 >ipv4/icmp_msgs_burst
      echo 1 >netfilter/nf_conntrack_tcp_be_liberal
      ip link add docker0 type bridge
      ip link add br-77 type bridge
      nft -f - <<'END'
      table inet observer {
        chain delivered {
          type filter hook input priority 2147483646; policy accept;
          ip ttl > 64 accept
          ip6 hoplimit > 64 accept
          log prefix "delivered" group 7
          drop
        }
        chain sent {
          type filter hook postrouting priority 2147483646; policy accept;
          # As long as a rule asks for it, connections are tracked.
          ct state new counter
          oifname "lo" accept
          ip ttl > 64 accept
          ip6 hoplimit > 64 accept
          log prefix "sent" group 7
          drop
        }
        chain answered {
          type filter hook output priority -2147483648; policy accept;
          meta skuid 0 accept
          log prefix "answered" group 7
          drop
        }
      }
      END
      """;

  /** Nobody has to be asked who has an address. */
  private static final String CONNECT =
      """
      for bridge in docker0 br-77; do
        ip link set $bridge address 02:00:00:00:00:01 arp off addrgenmode none
      done
      ip link set veth0 master docker0
      ip link set veth1 master br-77
      ip link set veth0 addrgenmode none up
      ip link set veth1 addrgenmode none up
      """;

  private static final String SHAPE =
      """
      for device in eth0 eth1 eth77 other0 docker0 br-77; do
        ip link set $device addrgenmode none down
        ip address flush dev $device
        ip link set $device up
      done
      ip -batch - <<'END'
      %s
      END
      """;

  private static final String EMPTY =
      """
      *raw
      :PREROUTING ACCEPT
      :OUTPUT ACCEPT
      COMMIT
      *mangle
      :PREROUTING ACCEPT
      :INPUT ACCEPT
      :FORWARD ACCEPT
      :OUTPUT ACCEPT
      :POSTROUTING ACCEPT
      COMMIT
      *nat
      :PREROUTING ACCEPT
      :INPUT ACCEPT
      :OUTPUT ACCEPT
      :POSTROUTING ACCEPT
      COMMIT
      *filter
      :INPUT ACCEPT
      :FORWARD ACCEPT
      :OUTPUT ACCEPT
      COMMIT
      """;

  private final Lab lab;
  private final String host;
  private final Wire wire;

  Site(Lab lab, String host) throws IOException {
    this.lab = lab;
    this.host = host;
    lab.script(host, PREPARE);
    for (Family family : Family.values()) {
      Topology.sets(family).forEach(this::make);
    }
    this.wire = new Wire(lab, host, Topology.DEVICES);
    lab.script(host, CONNECT);
  }

  Wire wire() {
    return wire;
  }

  /** Gives the host a network, and returns what the facts then say of it. */
  NetworkFacts shape(Topology topology) {
    lab.script(host, SHAPE.formatted(String.join("\n", topology.commands())));
    NetworkGatherer gatherer = new NetworkGatherer();
    Execution execution = lab.exec(host, Lab.COMMAND_LIMIT, gatherer.probe(), "sh");
    return gatherer.parse(
        new ProbeAnswer(execution.status(), execution.output(), execution.errors()));
  }

  private void make(NamedSet set) {
    String name = set.name();
    String family = set.family() == Family.IPV4 ? "inet" : "inet6";
    String members =
        set.members().prefixes().stream()
            .map(prefix -> "add " + name + " " + prefix + "\n")
            .collect(Collectors.joining());
    lab.script(
        host,
        "ipset restore <<'END'\ncreate %s hash:net family %s\n%sEND"
            .formatted(name, family, members));
  }

  /** Loads rules and returns them as the host then prints them. */
  List<Table> load(Family family, List<Table> tables) {
    String program = program(family);
    return RulesetText.parse(
        lab.script(
            host,
            "%s-restore <<'END'\n%sEND\n%s-save"
                .formatted(program, RulesetText.render(family, tables), program)));
  }

  /** Takes all rules away, and returns how often each had applied, by {@link #place}. */
  Map<String, Long> unload(Family family) {
    String program = program(family);
    String printed =
        lab.script(
            host, "%s-save -c\n%s-restore <<'END'\n%sEND".formatted(program, program, EMPTY));
    Map<String, Long> counts = new HashMap<>();
    Map<String, Integer> positions = new HashMap<>();
    String table = "";
    for (Dump.Line line : RulesetText.read(printed).lines()) {
      switch (line) {
        case Dump.TableStart start -> table = start.name();
        case Dump.Append rule -> {
          int position = positions.merge(table + " " + rule.chain(), 1, Integer::sum);
          counts.put(place(table, rule.chain(), position), rule.counters().orElseThrow().packets());
        }
        default -> {}
      }
    }
    return counts;
  }

  static String place(String table, String chain, int position) {
    return table + " " + chain + " " + position;
  }

  private static String program(Family family) {
    return family == Family.IPV4 ? "iptables" : "ip6tables";
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
