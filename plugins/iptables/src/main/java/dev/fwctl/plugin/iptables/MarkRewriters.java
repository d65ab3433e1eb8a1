package dev.fwctl.plugin.iptables;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Rules of other programs that would take away the mark by which fwctl knows what it is to reject.
 */
final class MarkRewriters {
  /**
   * Targets that write the packet's mark. Source: iptables-extensions(8), "CONNMARK", "TPROXY",
   * "SET".
   */
  private static final Pattern WRITES_MARK =
      Pattern.compile("CONNMARK .*--restore-mark.*|TPROXY .*|SET .*--map-mark.*|MARK .*");

  private MarkRewriters() {}

  /** Returns what is wrong, if there is one. */
  static Optional<Problem> find(FirewallFacts facts) {
    for (Ruleset ruleset : facts.rulesets()) {
      for (Table table : ruleset.tables()) {
        for (Chain chain : table.chains()) {
          if (!OwnNames.isOwnChain(chain.name())) {
            for (Rule rule : chain.rules()) {
              if (rule.target().filter(MarkRewriters::writesOurBit).isPresent()) {
                return Optional.of(problem(ruleset.family(), table, chain, rule));
              }
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Problem problem(Family family, Table table, Chain chain, Rule rule) {
    return Problem.of(
        ErrorCode.UNENFORCEABLE,
        "'reject' needs a bit of the packet mark that a rule of another program writes: "
            + (family == Family.IPV4 ? "iptables" : "ip6tables")
            + " -t "
            + Printable.of(table.name())
            + " -A "
            + Printable.of(chain.name())
            + " "
            + Printable.of(RulesetText.rule(family, rule)),
        "use 'default: drop', or let that rule keep to other bits than 0x%x with a mask"
            .formatted(OwnNames.REJECT_MARK));
  }

  private static boolean writesOurBit(Target target) {
    return switch (target) {
      case Target.SetMark mark -> ((mark.mask() | mark.value()) & OwnNames.REJECT_MARK) != 0;
      case Target.Other other -> WRITES_MARK.matcher(other.text()).matches();
      case Target.Accept accept -> false;
      case Target.Drop drop -> false;
      case Target.Return back -> false;
      case Target.Jump jump -> false;
      case Target.Goto jump -> false;
      case Target.Reject reject -> false;
      case Target.DestinationNat nat -> false;
      case Target.Redirect redirect -> false;
    };
  }
}
