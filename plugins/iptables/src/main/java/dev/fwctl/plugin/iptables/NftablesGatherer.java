package dev.fwctl.plugin.iptables;

import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.NftablesFacts.NftTable;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pf4j.Extension;

/**
 * Learns which tables of nftables packets meet, since iptables shows its own alone.
 *
 * <p>A plan does without: our rules stand beside whatever else there is. Source: nft(8).
 */
@Extension
public final class NftablesGatherer implements FactGatherer {
  private static final Pattern TABLE = Pattern.compile("table ([a-z0-9]+) (.+) \\{");
  private static final Pattern HOOK = Pattern.compile("\\s+type [a-z]+ hook [a-z]+ .*");

  @Override
  public String name() {
    return "nftables";
  }

  @Override
  public boolean onDemand() {
    return true;
  }

  @Override
  public String probe() {
    return """
        command -v nft > /dev/null 2>&1 || exit 1
        exec timeout 10 nft list chains
        """;
  }

  @Override
  public NftablesFacts parse(ProbeAnswer answer) {
    if (answer.exitStatus() != 0) {
      return new NftablesFacts(false, List.of());
    }
    SequencedSet<NftTable> tables = new LinkedHashSet<>();
    Optional<NftTable> current = Optional.empty();
    for (String line : answer.output().lines().toList()) {
      Matcher table = TABLE.matcher(line);
      if (table.matches()) {
        current = Optional.of(new NftTable(table.group(1), table.group(2)));
      } else if (HOOK.matcher(line).matches()) {
        current.ifPresent(tables::add);
      }
    }
    return new NftablesFacts(true, List.copyOf(tables));
  }
}
