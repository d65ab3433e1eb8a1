package dev.fwctl.analysis;

import dev.fwctl.model.netfilter.OwnedRules;
import org.jspecify.annotations.Nullable;

/** Rules as an object: telling whether other objects are equal would take longer than it saves. */
final class Same {
  private final OwnedRules rules;

  Same(OwnedRules rules) {
    this.rules = rules;
  }

  OwnedRules rules() {
    return rules;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Same same && rules == same.rules;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(rules);
  }
}
