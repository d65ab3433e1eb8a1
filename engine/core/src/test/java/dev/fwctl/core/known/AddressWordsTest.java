package dev.fwctl.core.known;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AddressWordsTest {
  @Test
  void saysTheShorterOfTwoWays() {
    AddressSet office =
        AddressSet.of(IpPrefix.of("203.0.113.0/24"), IpPrefix.of("2001:db8::7/128"));

    assertThat(AddressWords.of(office)).isEqualTo("203.0.113.0/24, 2001:db8::7");
    assertThat(AddressWords.of(office.complement()))
        .isEqualTo("everyone but 203.0.113.0/24, 2001:db8::7");
    assertThat(AddressWords.of(AddressSet.any())).isEqualTo("everyone");
    assertThat(AddressWords.of(AddressSet.none())).isEqualTo("nobody");
  }

  @Test
  void namesANetworkAndWhatOfItIsMissing() {
    AddressSet networks =
        AddressSet.of(
            IpPrefix.of("198.51.100.0/24"),
            IpPrefix.of("203.0.113.0/24"),
            IpPrefix.of("2001:db8:7::/48"));
    AddressSet some =
        networks.minus(
            AddressSet.of(
                IpPrefix.of("198.51.100.7/32"),
                IpPrefix.of("203.0.113.128/25"),
                IpPrefix.of("2001:db8:7::66/128")));

    assertThat(AddressWords.of(some))
        .isEqualTo(
            "198.51.100.0/24 (but not 198.51.100.7), 203.0.113.0/25,"
                + " 2001:db8:7::/48 (but not 2001:db8:7::66)");
  }

  @Property(tries = 300)
  void theWordsSayTheWholeSet(
      @ForAll @Size(max = 6) List<@From("networks") IpPrefix> in,
      @ForAll @Size(max = 4) List<@From("networks") IpPrefix> out) {
    AddressSet set = AddressSet.ofPrefixes(in).minus(AddressSet.ofPrefixes(out));

    assertThat(said(AddressWords.of(set))).isEqualTo(set);
    assertThat(said(AddressWords.of(set.complement()))).isEqualTo(set.complement());
  }

  @Provide
  Arbitrary<IpPrefix> networks() {
    return Combinators.combine(
            Arbitraries.of("203.0.113.77", "203.0.113.130", "198.51.100.7", "2001:db8:7::66"),
            Arbitraries.integers().between(0, 32))
        .as(
            (text, shorter) -> {
              IpAddress address = IpAddress.of(text);
              return IpPrefix.containing(address, address.family().bits() - shorter);
            });
  }

  /** Reads words back, in which commas also stand between what is not meant. */
  private static AddressSet said(String words) {
    if (words.equals("nobody")) {
      return AddressSet.none();
    }
    if (words.equals("everyone")) {
      return AddressSet.any();
    }
    if (words.startsWith("everyone but ")) {
      return prefixes(words.substring("everyone but ".length())).complement();
    }
    AddressSet set = AddressSet.none();
    for (String part : words.split(", (?![^(]*\\))")) {
      int but = part.indexOf(" (but not ");
      set =
          set.union(
              but < 0
                  ? prefixes(part)
                  : prefixes(part.substring(0, but))
                      .minus(prefixes(part.substring(but + 10, part.length() - 1))));
    }
    return set;
  }

  private static AddressSet prefixes(String list) {
    return AddressSet.ofPrefixes(
        Stream.of(list.split(", "))
            .map(
                word ->
                    switch (word) {
                      case "everyone on IPv4" -> IpPrefix.everything(Family.IPV4);
                      case "everyone on IPv6" -> IpPrefix.everything(Family.IPV6);
                      default ->
                          word.contains("/")
                              ? IpPrefix.of(word)
                              : IpPrefix.single(IpAddress.of(word));
                    })
            .toList());
  }

  @Test
  void speaksOfOneFamilyAlone() {
    AddressSet ipv6 = AddressSet.any().of(Family.IPV6);

    assertThat(AddressWords.of(ipv6)).isEqualTo("everyone on IPv6");
    assertThat(AddressWords.of(ipv6.minus(AddressSet.of(IpPrefix.of("fe80::/10")))))
        .isEqualTo("everyone on IPv6 (but not fe80::/10)");
  }
}
