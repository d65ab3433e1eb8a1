package dev.fwctl.core.importing;

import dev.fwctl.analysis.InboundEndpoint;
import dev.fwctl.analysis.InboundReach;
import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.core.facts.UnseenRules;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.FirewallBackend;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a policy must say so that a host lets in what it lets in today, where nothing else is let
 * in.
 *
 * @param external the interfaces that face the world; none for those with a default route
 * @param allow what is let in
 * @param deny what is not, of that
 * @param remarks what could not be looked at, a sentence each
 */
public record HostDraft(
    List<String> external, List<Permission> allow, List<Permission> deny, List<String> remarks) {
  public HostDraft {
    external = List.copyOf(external);
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
    remarks = List.copyOf(remarks);
  }

  /**
   * Drafts it.
   *
   * @param facts all that can be learnt of the host
   * @param backends the firewalls that we may have rules in
   * @throws FwctlException with code HOST_UNSUITABLE when the host has rules of ours, or when
   *     nothing of it faces the world
   */
  public static HostDraft of(HostFacts facts, Collection<FirewallBackend> backends) {
    if (backends.stream().anyMatch(backend -> !backend.inForce(facts).isEmpty())) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.HOST_UNSUITABLE,
              "the host already bears rules of fwctl, so that a policy speaks of it",
              "look for it in the repository that was applied; the comments of the rules name its"
                  + " files"));
    }
    NetworkFacts network = facts.network();
    SortedSet<String> external = network.facingOutside();
    boolean byDefault = !external.isEmpty();
    if (!byDefault) {
      external = withAddresses(network, facts.docker().bridges());
    }
    if (external.isEmpty()) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.HOST_UNSUITABLE,
              "no interface of the host faces the world, so that nobody comes in",
              "leave it out with --exclude"));
    }
    List<String> unseen = UnseenRules.of(facts);
    PredictedHost host = PredictedHost.withoutOurs(facts, external, OwnedRules.none(), unseen);
    Map<InboundEndpoint, InboundReach> reach = InboundReach.of(host);
    Drafting drafting = new Drafting(facts, reach);
    return new HostDraft(
        byDefault ? List.of() : List.copyOf(external),
        drafting.allow(),
        drafting.deny(),
        unseen.stream().map(it -> "not looked at, and may keep out more: " + it).toList());
  }

  private static SortedSet<String> withAddresses(NetworkFacts network, Set<String> bridges) {
    return network.interfaces().stream()
        .filter(one -> one.up() && !one.addresses().isEmpty())
        .filter(one -> !one.leadsInside() && !bridges.contains(one.name()))
        .map(NetworkInterface::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
