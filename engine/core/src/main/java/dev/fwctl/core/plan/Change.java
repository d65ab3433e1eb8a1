package dev.fwctl.core.plan;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ReachChange;
import dev.fwctl.model.Sha256;
import dev.fwctl.model.netfilter.OwnedRules;
import java.util.List;

/**
 * A change of what fwctl owns on a host; hosts with equal changes share it.
 *
 * @param artifact the sha256 of the script, in hexadecimal
 * @param before what fwctl owns now
 * @param wanted what fwctl will own
 * @param reach who can newly reach what, and who no longer can
 * @param wording the change in full
 */
public record Change(
    String artifact,
    OwnedRules before,
    OwnedRules wanted,
    List<ReachChange> reach,
    Wording wording) {
  public Change {
    requireNonNull(artifact, "artifact is null");
    requireNonNull(before, "before is null");
    requireNonNull(wanted, "wanted is null");
    requireNonNull(wording, "wording is null");
    reach = List.copyOf(reach);
  }

  /** Returns the name of a script: its sha256, in hexadecimal. */
  public static String artifactOf(String script) {
    return Sha256.hex(script);
  }

  /**
   * A change in full, which is many times as long as all else that is known of it: it may be made
   * anew whenever it is asked for.
   */
  public interface Wording {
    /** Returns the script that makes a host hold what is wanted, whatever of ours it holds. */
    String script();

    /** Returns the script that makes a host hold again what it holds now. */
    String back();

    /** Returns what happens to which rule. */
    List<RuleChange> rules();

    /** Returns what the receipt will say of the rules. */
    List<String> receipt();

    /** Returns how many rules a kind of change concerns. */
    default int count(RuleChange.Kind kind) {
      return (int) rules().stream().filter(rule -> rule.kind() == kind).count();
    }
  }

  /**
   * A wording that is there as a whole.
   *
   * @param script see {@link Wording#script}
   * @param back see {@link Wording#back}
   * @param rules see {@link Wording#rules}
   * @param receipt see {@link Wording#receipt}
   */
  public record Written(String script, String back, List<RuleChange> rules, List<String> receipt)
      implements Wording {
    public Written {
      requireNonNull(script, "script is null");
      requireNonNull(back, "back is null");
      rules = List.copyOf(rules);
      receipt = List.copyOf(receipt);
    }
  }

  /** Tells whether nothing is left of fwctl on the host afterwards. */
  public boolean removesEverything() {
    return wanted.isEmpty();
  }

  /** Rules are long, and changes that have a script in common have little else that differs. */
  @Override
  public int hashCode() {
    return artifact.hashCode();
  }
}
