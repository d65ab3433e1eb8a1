package dev.fwctl.plugin.iptables;

import dev.fwctl.model.CounterFacts;
import dev.fwctl.model.CounterFacts.Count;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Dump;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pf4j.Extension;

/**
 * Learns how often our rules applied to a packet.
 *
 * <p>The kernel counts from when a rule was put in force, so also from the last apply that changed
 * it, and from the last boot. Source: iptables-save(8), {@code -c}.
 */
@Extension
public final class CountersGatherer implements FactGatherer {
  private static final Pattern UP = Pattern.compile("@up ([0-9]{1,18})\n");
  private static final Pattern PART = Pattern.compile("(?m)^@rules ([46])\n");

  @Override
  public String name() {
    return "counters";
  }

  @Override
  public boolean onDemand() {
    return true;
  }

  /** iptables-legacy-save would make a table that it does not find. */
  @Override
  public String probe() {
    return """
        read -r fwctl_up fwctl_rest < /proc/uptime && echo "@up ${fwctl_up%%.*}"
        command -v iptables-save > /dev/null 2>&1 || exit 0
        fwctl_version=$(iptables -V)
        for fwctl_family in 4 6; do
          case $fwctl_family in
            4) fwctl_name=iptables fwctl_tables=/proc/net/ip_tables_names ;;
            6) fwctl_name=ip6tables fwctl_tables=/proc/net/ip6_tables_names ;;
          esac
          case $fwctl_version in
            *nf_tables*) ;;
            *) grep -q -s mangle $fwctl_tables || continue ;;
          esac
          command -v $fwctl_name-save > /dev/null 2>&1 || continue
          echo "@rules $fwctl_family"
          $fwctl_name-save -c -t mangle < /dev/null || exit 1
        done
        """;
  }

  @Override
  public CounterFacts parse(ProbeAnswer answer) {
    Matcher up = UP.matcher(answer.output());
    if (answer.exitStatus() != 0 || !up.lookingAt()) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.ANSWER_MALFORMED,
              "how often rules applied can't be read",
              "run 'iptables-save -c -t mangle' on the host and see what it says"));
    }
    List<Count> counts = new ArrayList<>();
    Matcher part = PART.matcher(answer.output());
    boolean more = part.find(up.end());
    while (more) {
      Family family = part.group(1).equals("4") ? Family.IPV4 : Family.IPV6;
      int from = part.end();
      more = part.find();
      String text = answer.output().substring(from, more ? part.start() : answer.output().length());
      read(family, RulesetText.read(text), counts);
    }
    return new CounterFacts(Long.parseLong(up.group(1)), counts);
  }

  private static void read(Family family, Dump dump, List<Count> counts) {
    Map<String, Integer> positions = new HashMap<>();
    for (Dump.Line line : dump.lines()) {
      if (line instanceof Dump.Append rule && rule.chain().startsWith(OwnNames.CHAIN_PREFIX)) {
        int position = positions.merge(rule.chain(), 1, Integer::sum);
        // Of 64 bits without a sign, one is never needed.
        rule.counters()
            .map(counters -> counters.packets() & Long.MAX_VALUE)
            .map(packets -> new Count(family, OwnNames.MANGLE, rule.chain(), position, packets))
            .ifPresent(counts::add);
      }
    }
  }
}
