package dev.fwctl.core.exposure;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.ProtocolPorts;
import java.util.List;
import java.util.Map;

/**
 * A way by which an endpoint can be reached from outside.
 *
 * @param path the path that packets take
 * @param dialled the ports that they are bound for when they come
 * @param addresses the addresses that they are bound for; none where it is every address by which
 *     the host faces outside
 * @param byRoute whether only those reach them who can send the host packets for addresses that it
 *     does not have outside, as its neighbours can
 * @param sources who gets through; addresses from which nothing comes from outside may be among
 *     them where that makes it shorter
 * @param perhaps who else gets through, depending on what is not understood or not known
 * @param reasons which rules let them in, family by family
 * @param dependsOn the rules, by family, that {@code perhaps} hangs on
 * @param unknowns what else it hangs on, a sentence each
 */
public record Way(
    Path path,
    List<ProtocolPorts> dialled,
    AddressSet addresses,
    boolean byRoute,
    AddressSet sources,
    AddressSet perhaps,
    List<Reason> reasons,
    Map<Family, List<Step>> dependsOn,
    List<String> unknowns) {
  public Way {
    requireNonNull(path, "path is null");
    dialled = List.copyOf(dialled);
    requireNonNull(addresses, "addresses is null");
    requireNonNull(sources, "sources is null");
    requireNonNull(perhaps, "perhaps is null");
    reasons = List.copyOf(reasons);
    dependsOn = Map.copyOf(dependsOn);
    unknowns = List.copyOf(unknowns);
  }

  /** How packets get from the host's door to where they end. */
  public enum Path {
    /** By destination NAT, and on. */
    DNAT,
    /** To docker-proxy on the host, which opens a connection of its own. */
    PROXY,
    /** To an address that is not the host's, as it stands. */
    DIRECT,
    /** To a program of the host. */
    HOST
  }

  /**
   * Rules that let some packets in.
   *
   * @param family the family of the packets
   * @param sources whom they let in
   * @param rules those that translate, that accept, and those of ours by which a policy allows it
   * @param unhindered whether the filter table has no rule that lets them in, nor one that stops
   *     them
   */
  public record Reason(Family family, AddressSet sources, List<Step> rules, boolean unhindered) {
    public Reason {
      requireNonNull(family, "family is null");
      requireNonNull(sources, "sources is null");
      rules = List.copyOf(rules);
    }
  }
}
