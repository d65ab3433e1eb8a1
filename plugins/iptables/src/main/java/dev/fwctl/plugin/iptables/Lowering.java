package dev.fwctl.plugin.iptables;

import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import java.util.ArrayList;
import java.util.List;

/** Turns an intent into rules for both families of a host. */
final class Lowering {
  private final HostIntent intent;
  private final Ground ground;
  private final Sources sources;

  Lowering(HostIntent intent, Ground ground, AddressLists lists) {
    this.intent = intent;
    this.ground = ground;
    this.sources = new Sources(lists, ground.ipset());
  }

  /**
   * Returns the rules.
   *
   * @throws dev.fwctl.model.FwctlException with code UNENFORCEABLE or HOST_UNSUITABLE
   */
  OwnedRules lower() {
    if (rejects() && ground.noReject().isPresent()) {
      throw new FwctlException(ground.noReject().get());
    }
    List<OwnedTable> tables = new ArrayList<>();
    for (Family family : ground.families()) {
      FamilyRules rules = new FamilyRules(family, ground.variant(), ground.forwardHook(family));
      new InboundRules(family, intent, ground.bridges(), sources, rules).write();
      new OutboundRules(family, intent, ground.bridges(), sources, rules).write();
      tables.addAll(rules.tables());
    }
    return new OwnedRules(tables, List.copyOf(sources.sets()));
  }

  private boolean rejects() {
    return intent.inbound().filter(in -> in.fallback() == DefaultAction.REJECT).isPresent()
        || intent.outbound().filter(out -> out.fallback() == DefaultAction.REJECT).isPresent();
  }
}
