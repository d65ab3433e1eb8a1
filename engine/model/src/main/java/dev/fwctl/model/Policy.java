package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * One named policy of a policy repository.
 *
 * @param name its name, unique in the repository
 * @param hosts the Ansible host pattern of the hosts that it is for
 * @param hostsPlace where the pattern stands
 * @param external the interfaces by which those hosts face the world; empty for those with a
 *     default route
 * @param inbound what may come in
 * @param outbound what may go out
 * @param place where the policy begins
 */
public record Policy(
    String name,
    String hosts,
    Place hostsPlace,
    List<ExternalInterface> external,
    Optional<Rules> inbound,
    Optional<Rules> outbound,
    Place place) {
  public Policy {
    requireNonNull(name, "name is null");
    requireNonNull(hosts, "hosts is null");
    requireNonNull(hostsPlace, "hostsPlace is null");
    external = List.copyOf(external);
    requireNonNull(inbound, "inbound is null");
    requireNonNull(outbound, "outbound is null");
    requireNonNull(place, "place is null");
  }

  /**
   * An interface that a policy names as external.
   *
   * @param name the interface's name, as the kernel has it
   * @param place where it is named
   */
  public record ExternalInterface(String name, Place place) {
    public ExternalInterface {
      requireNonNull(name, "name is null");
      requireNonNull(place, "place is null");
    }
  }

  /**
   * What a policy says of one direction.
   *
   * @param fallback the default, when this policy sets it
   * @param allow what is let through
   * @param deny what is not, whatever is allowed
   * @param place where the direction begins
   */
  public record Rules(Optional<Fallback> fallback, List<Rule> allow, List<Rule> deny, Place place) {
    public Rules {
      requireNonNull(fallback, "fallback is null");
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
      requireNonNull(place, "place is null");
    }
  }

  /**
   * A default and where it was set.
   *
   * @param action what happens to what no rule speaks of
   * @param place where it stands
   */
  public record Fallback(DefaultAction action, Place place) {
    public Fallback {
      requireNonNull(action, "action is null");
      requireNonNull(place, "place is null");
    }
  }

  /**
   * One allow or deny.
   *
   * @param local the near end: {@code to} of an inbound rule, {@code from} of an outbound one
   * @param traffic which ports or messages; of the near end when inbound, of the far end when
   *     outbound
   * @param peers the far ends
   * @param optional whether the near end may be missing on all hosts of the policy
   * @param place where the rule begins
   */
  public record Rule(LocalEnd local, Traffic traffic, Peers peers, boolean optional, Place place) {
    public Rule {
      requireNonNull(local, "local is null");
      requireNonNull(traffic, "traffic is null");
      requireNonNull(peers, "peers is null");
      requireNonNull(place, "place is null");
    }
  }
}
