package dev.fwctl.core.doctor;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.IdleRule.Reason;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.core.known.PolicyLine;
import dev.fwctl.model.Family;
import java.time.Duration;

/** Something about a host's rules that is needless or broken. */
public sealed interface Finding {
  /** Returns whose packets the rules see. */
  Family family();

  /**
   * A rule that applies to no packet.
   *
   * @param step the rule and where it stands
   * @param reason why it does not; it is one of a chain that packets get into
   */
  record NeverApplies(Family family, Step step, Reason reason) implements Finding {
    public NeverApplies {
      requireNonNull(family, "family is null");
      requireNonNull(step, "step is null");
      requireNonNull(reason, "reason is null");
    }
  }

  /**
   * A chain that no packet gets into.
   *
   * @param table its table
   * @param chain its name
   * @param rules how many rules it holds
   */
  record NeverReached(Family family, String table, String chain, int rules) implements Finding {
    public NeverReached {
      requireNonNull(family, "family is null");
      requireNonNull(table, "table is null");
      requireNonNull(chain, "chain is null");
    }
  }

  /**
   * A rule that sends packets to a chain without rules, or to one that is not there.
   *
   * @param step the rule and where it stands
   * @param chain the chain
   */
  record ToNowhere(Family family, Step step, String chain) implements Finding {
    public ToNowhere {
      requireNonNull(family, "family is null");
      requireNonNull(step, "step is null");
      requireNonNull(chain, "chain is null");
    }
  }

  /**
   * A rule that lets sources in of which no packet has come.
   *
   * @param step the rule and where it stands
   * @param line the line of a policy that it came from
   * @param since for how long the kernel has counted
   */
  record Unused(Family family, Step step, PolicyLine line, Duration since) implements Finding {
    public Unused {
      requireNonNull(family, "family is null");
      requireNonNull(step, "step is null");
      requireNonNull(line, "line is null");
      requireNonNull(since, "since is null");
    }
  }
}
