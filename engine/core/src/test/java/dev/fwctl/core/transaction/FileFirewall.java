package dev.fwctl.core.transaction;

import dev.fwctl.model.Fact;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.FirewallBackend;
import dev.fwctl.spi.ProbeAnswer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A firewall whose kernel is a file: a rule a line, each a jump to what the line says. */
public final class FileFirewall implements FirewallBackend, FactGatherer {
  private final Path kernel;

  public FileFirewall(Path kernel) {
    this.kernel = kernel;
  }

  public static OwnedRules rules(String... targets) {
    if (targets.length == 0) {
      return OwnedRules.none();
    }
    List<Rule> rules =
        List.of(targets).stream()
            .map(
                target ->
                    new Rule(List.of(), Optional.of(new Target.Other(target)), Optional.empty()))
            .toList();
    return new OwnedRules(
        List.of(
            new OwnedTable(
                Family.IPV4,
                Variant.NFT,
                "mangle",
                List.of(new Chain("FWCTL-HOST", Optional.empty(), rules)),
                List.of())),
        List.of());
  }

  public static FirewallFacts facts(String digest, String... targets) {
    List<Ruleset> rulesets =
        rules(targets).tables().stream()
            .map(
                table ->
                    new Ruleset(
                        Family.IPV4, Variant.NFT, List.of(new Table(table.name(), table.chains()))))
            .toList();
    return new FirewallFacts(List.of(), true, rulesets, List.of(), List.of(), false, digest);
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public String gatherer() {
    return "file";
  }

  @Override
  public String probe() {
    return "cksum <'" + kernel + "' && cat '" + kernel + "'";
  }

  @Override
  public Fact parse(ProbeAnswer answer) {
    List<String> lines = answer.output().lines().filter(line -> !line.isEmpty()).toList();
    return facts(lines.getFirst(), lines.stream().skip(1).toArray(String[]::new));
  }

  @Override
  public List<Problem> obstacles(HostFacts facts) {
    return List.of();
  }

  @Override
  public OwnedRules lower(HostIntent intent, HostFacts facts) {
    throw new AssertionError("nothing is lowered here");
  }

  @Override
  public OwnedRules inForce(HostFacts facts) {
    return facts.firewall().rulesets().stream()
        .findFirst()
        .map(
            ruleset ->
                new OwnedRules(
                    List.of(
                        new OwnedTable(
                            Family.IPV4,
                            Variant.NFT,
                            "mangle",
                            ruleset.tables().getFirst().chains(),
                            List.of())),
                    List.of()))
        .orElse(OwnedRules.none());
  }

  @Override
  public List<Problem> warnings(HostFacts facts) {
    return List.of();
  }

  @Override
  public String restore(OwnedRules wanted) {
    StringBuilder script = new StringBuilder("[ \"${1:-}\" != test ] || exit 0\n");
    script.append("{ :");
    for (OwnedTable table : wanted.tables()) {
      for (Rule rule : table.chains().getFirst().rules()) {
        script.append("; echo '").append(show(Family.IPV4, rule)).append("'");
      }
    }
    return script.append("; } >'" + kernel + "'\n").toString();
  }

  @Override
  public String fingerprint() {
    return "cksum <'" + kernel + "' || exit 1";
  }

  @Override
  public String show(Family family, Rule rule) {
    return ((Target.Other) rule.target().orElseThrow()).text();
  }
}
