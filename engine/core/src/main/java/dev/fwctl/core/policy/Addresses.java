package dev.fwctl.core.policy;

import dev.fwctl.core.document.Problems;
import dev.fwctl.model.AddressRange;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Place;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads addresses and prefixes, and says what was meant by those that are none. */
final class Addresses {
  /**
   * Addresses that the IPv6 API shows of IPv4 peers; no packet bears them. Source: RFC 4291,
   * section 2.5.5.2.
   */
  private static final IpPrefix MAPPED = IpPrefix.of("::ffff:0:0/96");

  private static final Pattern DOTTED = Pattern.compile("[0-9*]+(\\.[0-9*]+){1,4}");

  private final Problems problems;

  Addresses(Problems problems) {
    this.problems = problems;
  }

  /** Tells whether a text is meant as an address rather than as a name. */
  static boolean looksLikeAddress(String text) {
    char first = text.charAt(0);
    return (first >= '0' && first <= '9')
        || first == '*'
        || text.indexOf(':') >= 0
        || text.indexOf('/') >= 0;
  }

  Optional<IpPrefix> parse(String text, Place place) {
    Optional<IpPrefix> prefix = IpPrefix.parse(text);
    if (prefix.isEmpty()) {
      explain(text, place);
      return Optional.empty();
    }
    IpPrefix found = prefix.get();
    if (found.isSingle() && found.address().isUnspecified()) {
      add(
          place,
          "'" + text + "' is no address that a packet bears",
          "write 'any' for all addresses, or "
              + IpPrefix.everything(found.family())
              + " for those of this family");
      return Optional.empty();
    }
    if (found.length() >= MAPPED.length() && MAPPED.contains(found.address())) {
      IpAddress inner = new IpAddress(Family.IPV4, 0, found.address().low() & 0xffff_ffffL);
      IpPrefix plain = IpPrefix.containing(inner, found.length() - MAPPED.length());
      add(
          place,
          "'" + text + "' is an IPv4 address in IPv6 clothes, which no packet bears",
          "did you mean " + (plain.isSingle() ? inner : plain) + "?");
      return Optional.empty();
    }
    return prefix;
  }

  private void explain(String text, Place place) {
    int slash = text.indexOf('/');
    String head = slash < 0 ? text : text.substring(0, slash);
    Optional<IpAddress> address = IpAddress.parse(head);
    if (address.isPresent()) {
      // An address alone would have been read, so there is a slash.
      explainLength(text, address.get(), text.substring(slash + 1), place);
    } else {
      add(place, "'" + text + "' is not an IP address or prefix", meant(head));
    }
  }

  private void explainLength(String text, IpAddress address, String length, Place place) {
    int bits = address.family().bits();
    String family = address.family().label();
    if (length.matches("0|[1-9][0-9]{0,2}") && Integer.parseInt(length) <= bits) {
      IpPrefix network = IpPrefix.containing(address, Integer.parseInt(length));
      add(
          place,
          text + " has host bits set",
          "did you mean " + network + " or " + IpPrefix.single(address) + "?");
      return;
    }
    Optional<Integer> mask = IpAddress.parse(length).flatMap(Addresses::maskLength);
    if (mask.isPresent() && address.family() == Family.IPV4) {
      add(
          place,
          "'" + text + "' gives a mask, not a length",
          "did you mean " + IpPrefix.containing(address, mask.get()) + "?");
      return;
    }
    add(
        place,
        "'" + text + "' is not a prefix: the length of an " + family + " prefix is 0 to " + bits,
        "did you mean " + IpPrefix.single(address) + ", the address alone?");
  }

  /** Returns how many leading bits a netmask such as 255.255.255.0 sets, if it is one. */
  private static Optional<Integer> maskLength(IpAddress mask) {
    if (mask.family() != Family.IPV4) {
      return Optional.empty();
    }
    int length = Long.bitCount(mask.low());
    return IpPrefix.containing(IpAddress.highest(Family.IPV4), length).address().equals(mask)
        ? Optional.of(length)
        : Optional.empty();
  }

  private static String meant(String head) {
    if (head.indexOf('%') >= 0) {
      return "leave out the zone after '%'";
    }
    int dash = head.indexOf('-');
    if (dash > 0) {
      return asPrefixes(head.substring(0, dash), head.substring(dash + 1))
          .orElse("a range is written as prefixes, such as 192.0.2.0/28");
    }
    Matcher dotted = DOTTED.matcher(head);
    if (dotted.matches() && head.indexOf('*') >= 0) {
      return "write a prefix, such as 192.0.2.0/24, in place of '*'";
    }
    if (dotted.matches()) {
      return "an IPv4 address has four numbers from 0 to 255, without leading zeros";
    }
    return head.indexOf(':') >= 0
        ? "an IPv6 address has up to eight groups of hexadecimal digits, and '::' at most once"
        : "write an address, or a prefix such as 192.0.2.0/24 or 2001:db8::/32";
  }

  private static Optional<String> asPrefixes(String first, String last) {
    Optional<IpAddress> from = IpAddress.parse(first);
    Optional<IpAddress> to = IpAddress.parse(last);
    if (from.isEmpty()
        || to.isEmpty()
        || from.get().family() != to.get().family()
        || from.get().compareTo(to.get()) > 0) {
      return Optional.empty();
    }
    List<IpPrefix> prefixes =
        AddressSet.ofRanges(List.of(new AddressRange(from.get(), to.get()))).prefixes();
    return Optional.of(
        "a range is written as prefixes: "
            + String.join(", ", prefixes.stream().map(IpPrefix::toString).toList()));
  }

  private void add(Place place, String message, String hint) {
    problems.add(place, ErrorCode.DOCUMENT_INVALID, message, hint);
  }
}
