package dev.fwctl.spi;

import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Sha256;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.Rule;
import java.util.List;
import org.pf4j.ExtensionPoint;

/**
 * Turns intents into the rules of one kind of firewall, and rules into changes of a host.
 *
 * <p>Everything here is pure: facts in, rules or scripts out. A backend owns chains and sets whose
 * names begin with {@code FWCTL} or {@code fwctl} and one jump into each; everything else on a host
 * is somebody else's.
 */
public interface FirewallBackend extends ExtensionPoint {
  /** Returns the backend's name, such as {@code iptables}. */
  String name();

  /** Returns the name of the {@link FactGatherer} that reads back what this backend writes. */
  String gatherer();

  /** Returns why this backend can't act on a host with these facts; an empty list when it can. */
  List<Problem> obstacles(HostFacts facts);

  /**
   * Returns the rules that carry out an intent.
   *
   * @throws dev.fwctl.model.FwctlException with code UNENFORCEABLE or HOST_UNSUITABLE
   */
  OwnedRules lower(HostIntent intent, HostFacts facts);

  /**
   * Returns all that bears on {@link #lower} besides the intent, in words: a sentence for each
   * part, such as {@code IPv6 is guarded}.
   *
   * <p>Where it and the intent are equal, so are the rules, which then are made once for many
   * hosts. A saved plan keeps the sentences, and a host on which they are others is no longer as it
   * was planned. By default everything that was learnt of the host bears.
   */
  default List<String> ground(HostFacts facts) {
    return List.of("what was learnt of the host is of kind " + Sha256.hex(facts.toString()));
  }

  /**
   * Returns what fwctl owns on the host now.
   *
   * @param facts the host; after a change there is only what {@link #gatherer} brought
   */
  OwnedRules inForce(HostFacts facts);

  /**
   * Returns things that the user should know of the host before a change, such as rules of the
   * other iptables variant.
   */
  List<Problem> warnings(HostFacts facts);

  /**
   * Returns a script that makes a host hold exactly these rules of ours, whatever of ours it holds
   * when the script runs, and that changes nothing of others; all or nothing.
   *
   * <p>It is a file of POSIX sh, run as {@code /bin/sh FILE} to change the host and as {@code
   * /bin/sh FILE test} to try without effect. It ends with status 0 when the kernel holds the
   * rules, or would take them. It writes no file, and depends on nothing but the rules, so that
   * hosts that are to hold the same share it.
   */
  String restore(OwnedRules wanted);

  /**
   * Returns a fragment of POSIX sh that prints {@link FirewallFacts#ownDigest()} as it is on the
   * host now, on one line and nothing else; it ends with another status than 0 when it can't tell.
   *
   * <p>The engine runs it right before a change, as it runs a probe, to see that the host still is
   * as the plan saw it.
   */
  String fingerprint();

  /**
   * Returns a rule on one line as this firewall's own tool writes it, for people to read.
   *
   * <p>Neither the chain nor the comment is in it, as in {@code -s 192.0.2.0/24 -p tcp --dport 22
   * -j RETURN}.
   */
  String show(Family family, Rule rule);
}
