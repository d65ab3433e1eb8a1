package dev.fwctl.model.netfilter;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.IpAddress;
import java.util.Optional;
import java.util.Set;

/** What a rule does with a packet. */
public sealed interface Target {
  /** Tells whether it only looks on, and the packet goes on. Source: iptables-extensions(8). */
  default boolean onlyWatches() {
    return false;
  }

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

  /**
   * {@code -j DNAT --to-destination ADDRESS[:PORT]}: the connection goes elsewhere, always to one
   * address and at most one port.
   */
  record DestinationNat(IpAddress address, Optional<Integer> port) implements Target {
    public DestinationNat {
      requireNonNull(address, "address is null");
      requireNonNull(port, "port is null");
    }
  }

  /** {@code -j REDIRECT --to-ports PORT}: the connection goes to the host itself. */
  record Redirect(int port) implements Target {}

  /** Anything else, word for word as it was printed, from the target's name on. */
  record Other(String text) implements Target {
    private static final Set<String> WATCHERS =
        Set.of("LOG", "NFLOG", "ULOG", "TRACE", "AUDIT", "LED");

    public Other {
      requireNonNull(text, "text is null");
    }

    /** Returns the target's name, such as {@code MASQUERADE}. */
    public String name() {
      return text.split(" ", 2)[0];
    }

    @Override
    public boolean onlyWatches() {
      return WATCHERS.contains(name());
    }
  }
}
