package dev.fwctl.core.plan;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ReachChange;
import dev.fwctl.model.netfilter.OwnedRules;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A change of what fwctl owns on a host; hosts with equal changes share it.
 *
 * @param artifact the sha256 of the script, in hexadecimal
 * @param script makes a host hold what is wanted, whatever of ours it holds
 * @param back makes a host hold again what it holds now
 * @param before what fwctl owns now
 * @param wanted what fwctl will own
 * @param reach who can newly reach what, and who no longer can
 * @param rules what happens to which rule
 * @param receipt what the receipt will say of the rules
 */
public record Change(
    String artifact,
    String script,
    String back,
    OwnedRules before,
    OwnedRules wanted,
    List<ReachChange> reach,
    List<RuleChange> rules,
    List<String> receipt) {
  public Change {
    requireNonNull(artifact, "artifact is null");
    requireNonNull(script, "script is null");
    requireNonNull(back, "back is null");
    requireNonNull(before, "before is null");
    requireNonNull(wanted, "wanted is null");
    reach = List.copyOf(reach);
    rules = List.copyOf(rules);
    receipt = List.copyOf(receipt);
  }

  /** Returns the name of a script: its sha256, in hexadecimal. */
  public static String artifactOf(String script) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns how many rules a kind of change concerns. */
  public int count(RuleChange.Kind kind) {
    return (int) rules.stream().filter(rule -> rule.kind() == kind).count();
  }

  /** Tells whether nothing is left of fwctl on the host afterwards. */
  public boolean removesEverything() {
    return wanted.isEmpty();
  }
}
