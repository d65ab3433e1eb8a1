package dev.fwctl.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Addresses crowd around the ends of both families, where borders are crossed most often. */
class AddressSetTest {
  @Provide
  Arbitrary<IpAddress> addresses() {
    Arbitrary<Long> near = Arbitraries.longs().between(0, 15);
    return Arbitraries.oneOf(
        near.map(low -> new IpAddress(Family.IPV4, 0, low)),
        near.map(low -> new IpAddress(Family.IPV4, 0, 0xffff_ffffL - low)),
        near.map(low -> new IpAddress(Family.IPV6, 0, low)),
        near.map(low -> new IpAddress(Family.IPV6, 0, -1L - low)),
        near.map(low -> new IpAddress(Family.IPV6, 1, low)),
        near.map(low -> new IpAddress(Family.IPV6, -1L, -1L - low)));
  }

  @Provide
  Arbitrary<AddressSet> sets() {
    return Combinators.combine(addresses(), addresses())
        .as(
            (one, other) ->
                one.family() != other.family()
                    ? new AddressRange(one, one)
                    : one.compareTo(other) <= 0
                        ? new AddressRange(one, other)
                        : new AddressRange(other, one))
        .list()
        .ofMaxSize(6)
        .map(AddressSet::ofRanges);
  }

  @Property
  void operationsMeanWhatTheySay(
      @ForAll("sets") AddressSet left,
      @ForAll("sets") AddressSet right,
      @ForAll("addresses") IpAddress address) {
    boolean inLeft = left.contains(address);
    boolean inRight = right.contains(address);

    assertThat(left.union(right).contains(address)).isEqualTo(inLeft || inRight);
    assertThat(left.intersect(right).contains(address)).isEqualTo(inLeft && inRight);
    assertThat(left.minus(right).contains(address)).isEqualTo(inLeft && !inRight);
    assertThat(left.complement().contains(address)).isEqualTo(!inLeft);
    assertThat(inLeft).isEqualTo(left.ranges().stream().anyMatch(range -> range.contains(address)));
  }

  @Property
  void equalSetsAreEqualHoweverTheyWereMade(
      @ForAll("sets") AddressSet left, @ForAll("sets") AddressSet right) {
    assertThat(left.union(right)).isEqualTo(right.union(left));
    assertThat(left.complement().complement()).isEqualTo(left);
    assertThat(left.minus(right).union(left.intersect(right))).isEqualTo(left);
    assertThat(AddressSet.ofPrefixes(left.prefixes())).isEqualTo(left);
    assertThat(left.of(Family.IPV4).union(left.of(Family.IPV6))).isEqualTo(left);
  }

  @Property
  void prefixesAreTheShortestList(@ForAll("sets") AddressSet set) {
    List<IpPrefix> prefixes = set.prefixes();

    for (int i = 1; i < prefixes.size(); i++) {
      IpPrefix lower = prefixes.get(i - 1);
      IpPrefix upper = prefixes.get(i);
      boolean siblings =
          lower.length() == upper.length()
              && lower.length() > 0
              && IpPrefix.containing(lower.address(), lower.length() - 1).contains(upper.address());
      assertThat(siblings).as("%s and %s make one prefix", lower, upper).isFalse();
    }
  }

  @Test
  void everythingIsEverything() {
    assertThat(AddressSet.any().isAny()).isTrue();
    assertThat(AddressSet.none().complement()).isEqualTo(AddressSet.any());
    assertThat(AddressSet.any().prefixes())
        .extracting(IpPrefix::toString)
        .containsExactly("0.0.0.0/0", "::/0");
  }

  @Test
  void refusesRangesThatTouch() {
    AddressRange lower = AddressRange.of(IpPrefix.of("10.0.0.0/25"));
    AddressRange upper = AddressRange.of(IpPrefix.of("10.0.0.128/25"));

    assertThatThrownBy(() -> new AddressSet(List.of(lower, upper)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(AddressSet.ofRanges(List.of(upper, lower)).prefixes())
        .containsExactly(IpPrefix.of("10.0.0.0/24"));
  }
}
