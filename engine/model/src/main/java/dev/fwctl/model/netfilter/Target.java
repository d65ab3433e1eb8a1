package dev.fwctl.model.netfilter;

import static java.util.Objects.requireNonNull;

/** What a rule does with a packet. */
public sealed interface Target {
  record Accept() implements Target {}

  record Drop() implements Target {}

  record Return() implements Target {}

  /** {@code -j CHAIN}. */
  record Jump(String chain) implements Target {
    public Jump {
      requireNonNull(chain, "chain is null");
    }
  }

  /**
   * {@code -g CHAIN}: as a jump, but a return there goes back to where this chain was jumped from.
   */
  record Goto(String chain) implements Target {
    public Goto {
      requireNonNull(chain, "chain is null");
    }
  }

  /** {@code -j REJECT --reject-with NAME}. */
  record Reject(String with) implements Target {
    public Reject {
      requireNonNull(with, "with is null");
    }
  }

  /** {@code -j MARK --set-xmark VALUE/MASK}. */
  record SetMark(long value, long mask) implements Target {}

  /** Anything else, word for word as it was printed, from the target's name on. */
  record Other(String text) implements Target {
    public Other {
      requireNonNull(text, "text is null");
    }
  }
}
