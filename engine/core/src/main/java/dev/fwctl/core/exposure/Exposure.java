package dev.fwctl.core.exposure;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.AddressSet;
import java.util.List;
import java.util.Optional;

/**
 * Who can reach one endpoint.
 *
 * @param endpoint the endpoint
 * @param ways the ways by which it is reached, the worst first; none if nobody reaches it
 * @param severity how bad that is, at worst
 * @param certain whether it is so bad whatever the rules say that are not understood
 * @param sensitive what by its port should not be open to the world, such as a database
 */
public record Exposure(
    Endpoint endpoint,
    List<Way> ways,
    Severity severity,
    boolean certain,
    Optional<String> sensitive) {
  public Exposure {
    requireNonNull(endpoint, "endpoint is null");
    ways = List.copyOf(ways);
    requireNonNull(severity, "severity is null");
    requireNonNull(sensitive, "sensitive is null");
  }

  /** Returns all who reach it for sure, by any way that is not only open to neighbours. */
  public AddressSet sources() {
    return ways.stream()
        .filter(way -> !way.byRoute())
        .map(Way::sources)
        .reduce(AddressSet.none(), AddressSet::union);
  }

  /** Returns who else may reach it, by such a way. */
  public AddressSet perhaps() {
    return ways.stream()
        .filter(way -> !way.byRoute())
        .map(Way::perhaps)
        .reduce(AddressSet.none(), AddressSet::union)
        .minus(sources());
  }

  /** Returns the ways but for those by which only those come in who do so by another one, too. */
  public List<Way> tellingWays() {
    AddressSet sources = sources();
    AddressSet all = sources.union(perhaps());
    return ways.stream()
        .filter(
            way ->
                !way.byRoute()
                    || !way.sources().minus(sources).isEmpty()
                    || !way.perhaps().minus(all).isEmpty())
        .toList();
  }
}
