package dev.fwctl.plugin.iptables;

import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Target;

/** The names by which fwctl's part of a host's packet filter is told from everybody else's. */
final class OwnNames {
  static final String MANGLE = "mangle";
  static final String FILTER = "filter";
  static final String SECURITY = "security";

  /** Built-in chains, and the one that Docker leaves to its users. */
  static final String PREROUTING = "PREROUTING";

  static final String INPUT = "INPUT";
  static final String FORWARD = "FORWARD";
  static final String OUTPUT = "OUTPUT";
  static final String POSTROUTING = "POSTROUTING";
  static final String DOCKER_USER = "DOCKER-USER";

  static final String CHAIN_PREFIX = "FWCTL";
  static final String SET_PREFIX = "fwctl-";

  /** Finds what arrives on an external interface. */
  static final String OWN_PREROUTING = "FWCTL-PREROUTING";

  /** Finds, of what arrived from outside, what opens a connection to this host. */
  static final String OWN_EXTERNAL = "FWCTL-EXTERNAL";

  /** Judges what arrived for this host. */
  static final String OWN_INBOUND = "FWCTL-INBOUND";

  /** Judges what arrived for a published port, where that differs from the host's own ports. */
  static final String OWN_PUBLISHED = "FWCTL-PUBLISHED";

  /** Finds what is routed from or to a container. */
  static final String OWN_FORWARD = "FWCTL-FORWARD";

  /** Finds, of what is routed in, what takes the direct route to a container's address. */
  static final String OWN_DIRECT = "FWCTL-DIRECT";

  /** Judges what takes the direct route to a container's address. */
  static final String OWN_UNPUBLISHED = "FWCTL-UNPUBLISHED";

  /** Finds, of what is routed out, what a container sent. */
  static final String OWN_CONTAINERS = "FWCTL-CONTAINERS";

  /** Judges what a container sent. */
  static final String OWN_EGRESS = "FWCTL-EGRESS";

  /** Finds what the host itself sends to the outside. */
  static final String OWN_OUTPUT = "FWCTL-OUTPUT";

  /** Judges what the host itself sends. */
  static final String OWN_SENT = "FWCTL-SENT";

  /** Rejects what is marked. */
  static final String OWN_REJECT = "FWCTL-REJECT";

  /** Drop what is marked and was not rejected, on the two ways that a packet can end. */
  static final String OWN_POSTROUTING = "FWCTL-POSTROUTING";

  static final String OWN_INPUT = "FWCTL-INPUT";

  /** The bit of the packet mark that says that a packet is to be rejected. */
  static final long REJECT_MARK = 0x1000_0000L;

  private OwnNames() {}

  static boolean isOwnChain(String chain) {
    return chain.startsWith(CHAIN_PREFIX);
  }

  /** Tells whether a rule leads into a chain of ours. */
  static boolean leadsToOwn(Rule rule) {
    return rule.target().map(OwnNames::leadsToOwn).orElse(false);
  }

  private static boolean leadsToOwn(Target target) {
    return switch (target) {
      case Target.Jump jump -> isOwnChain(jump.chain());
      case Target.Goto jump -> isOwnChain(jump.chain());
      case Target.Accept accept -> false;
      case Target.Drop drop -> false;
      case Target.Return back -> false;
      case Target.Reject reject -> false;
      case Target.DestinationNat nat -> false;
      case Target.Redirect redirect -> false;
      case Target.SetMark mark -> false;
      case Target.Other other -> false;
    };
  }
}
