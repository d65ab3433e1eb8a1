package dev.fwctl.plugin.iptables;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Sha256;
import dev.fwctl.model.netfilter.NamedSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What becomes of lists of addresses, remembered where that takes long: thousands of hosts share
 * the few long lists of a policy. Instances may be used by several threads.
 */
final class AddressLists {
  /** The most prefixes of a family that become rules. */
  static final int MOST_PREFIXES = 64;

  /** Shorter lists are worked out faster than looked up. */
  private static final int LONG = 16;

  /** How many long lists are remembered; more only come from lists made anew for every host. */
  private static final int MOST_REMEMBERED = 1000;

  private static final int HASH_DIGITS = 16;

  private final Map<Key, AddressList> remembered = new ConcurrentHashMap<>();

  /**
   * The addresses of one family in a list.
   *
   * @param prefixes the fewest prefixes that hold them
   * @param set the address set that holds them, when they are too many for rules
   */
  record AddressList(List<IpPrefix> prefixes, Optional<NamedSet> set) {}

  /** A list by itself and not by what is in it, which would take as long to compare. */
  private record Key(AddressSet addresses, Family family) {
    @Override
    @SuppressWarnings("ReferenceEquality") // meant: see above
    public boolean equals(Object other) {
      return other instanceof Key key && key.addresses == addresses && key.family == family;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(addresses) * 31 + family.ordinal();
    }
  }

  AddressList of(AddressSet addresses, Family family) {
    if (addresses.ranges().size() < LONG) {
      return make(addresses, family);
    }
    if (remembered.size() > MOST_REMEMBERED) {
      remembered.clear();
    }
    return remembered.computeIfAbsent(
        new Key(addresses, family), key -> make(key.addresses(), key.family()));
  }

  private static AddressList make(AddressSet addresses, Family family) {
    AddressSet members = addresses.of(family);
    List<IpPrefix> prefixes = members.prefixes();
    return new AddressList(
        prefixes,
        prefixes.size() > MOST_PREFIXES
            ? Optional.of(
                new NamedSet(OwnNames.SET_PREFIX + hash(family, prefixes), family, members))
            : Optional.empty());
  }

  /** Names a set by what is in it, so that a set with other members is another set. */
  private static String hash(Family family, List<IpPrefix> prefixes) {
    MessageDigest digest = Sha256.digest();
    digest.update(family.name().getBytes(StandardCharsets.US_ASCII));
    for (IpPrefix prefix : prefixes) {
      digest.update((byte) '\n');
      digest.update(prefix.toString().getBytes(StandardCharsets.US_ASCII));
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, HASH_DIGITS);
  }
}
