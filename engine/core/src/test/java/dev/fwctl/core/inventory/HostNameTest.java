package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostNameTest {
  private static final Place PLACE = new Place("hosts", 1, 1);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "web1 | web1",
        "web[1:3] | web1 web2 web3",
        "web[01:03] | web01 web02 web03",
        "web[098:101].x | web098.x web099.x web100.x web101.x",
        "db[01:10:3]-[a:b] | db01-a db01-b db04-a db04-b db07-a db07-b db10-a db10-b",
        "[a:f:2] | a c e",
        "[x:B] | x y z A B",
        "r[:2] | r0 r1 r2",
        "[1:2].[3:4] | 1.3 1.4 2.3 2.4",
        "10.0.0.[1:3] | 10.0.0.1 10.0.0.2 10.0.0.3",
        "2001:db8::[1:2] | 2001:db8::1 2001:db8::2",
        "[7:7] | 7",
      })
  void rangesStandForNames(String entry, String names) {
    assertThat(HostName.parse(entry, PLACE).names()).containsExactly(names.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "web1:2222 | web1 | 2222",
        "web[1:2]:65535 | web1 web2 | 65535",
        "[2001:db8::1]:22 | 2001:db8::1 | 22",
        "10.0.0.1:1 | 10.0.0.1 | 1",
        "[1:2]:22 | 1 2 | 22",
      })
  void aPortMayFollow(String entry, String names, int port) {
    HostName name = HostName.parse(entry, PLACE);

    assertThat(name.names()).containsExactly(names.split(" "));
    assertThat(name.port()).hasValue(port);
  }

  @ParameterizedTest
  @CsvSource({"2001:db8::1", "'[2001:db8::1]'", "::1"})
  void theColonsOfAnAddressAreNoPort(String entry) {
    assertThat(HostName.parse(entry, PLACE).port()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "web[3:1] | range [3:1] ends before it begins",
        "web[c:a] | range [c:a] ends before it begins",
        "web[1:] | range [1:] goes neither from number to number nor from letter to letter",
        "web[1:c] | range [1:c] goes neither from number to number nor from letter to letter",
        "web[01:100] | begin and end of range [01:100] have different lengths",
        "web[1] | [1] is not a range",
        "web[1:2:3:4] | [1:2:3:4] is not a range",
        "web[1:2:0] | the step of range [1:2:0] is '0'",
        "web[1:2:x] | the step of range [1:2:x] is 'x'",
        "web[1:2 | a bracket of 'web[1:2' has no partner",
        "web1] | a bracket of 'web1]' has no partner",
        "web[1:999999999] | range [1:999999999] has more than 100000 steps",
        "[1:999][1:999] | '[1:999][1:999]' stands for more than 100000 hosts",
        "web1: | the port of 'web1:' is missing",
        "web1:ssh | the port of 'web1:ssh' is 'ssh'",
        "web1:0 | the port of 'web1:0' is '0'",
        "web1:65536 | the port of 'web1:65536' is '65536'",
        "`` | a host has no name",
        "deploy@web1 | 'deploy@web1' can't be the name of a host",
        "-oProxyCommand=x | '-oProxyCommand=x' can't be the name of a host",
        "a:b:c | 'a:b:c' can't be the name of a host",
        "we b | 'we b' can't be the name of a host",
        "$(date) | '$(date)' can't be the name of a host",
        "web[a:b]/x | 'weba/x' can't be the name of a host",
      })
  void whatIsNoNameIsRefused(String entry, String message) {
    assertThat(Fleet.problemsOf(() -> HostName.parse(entry, PLACE)))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.message()).isEqualTo(message);
              assertThat(problem.place()).contains(PLACE);
              assertThat(problem.hint()).isPresent();
            });
  }

  @Test
  void aNameMayNotHoldControlCharacters() {
    assertThat(Fleet.problemsOf(() -> HostName.parse("web\u001b[1:2]", PLACE)))
        .extracting(Problem::hint)
        .isNotEmpty();
  }

  @Property
  void anUnpaddedRangeCountsFromBeginToEnd(
      @ForAll @AlphaChars @StringLength(max = 3) String head,
      @ForAll @IntRange(max = 500) int begin,
      @ForAll @IntRange(max = 300) int length,
      @ForAll @IntRange(min = 1, max = 9) int step) {
    List<String> expected = new ArrayList<>();
    for (int number = begin; number <= begin + length; number += step) {
      expected.add(head + number + ".x");
    }

    String entry = head + "[" + begin + ":" + (begin + length) + ":" + step + "].x";

    assertThat(HostName.parse(entry, PLACE).names()).isEqualTo(expected);
  }

  @Property
  void aPaddedRangeKeepsItsWidth(
      @ForAll @IntRange(max = 99) int begin, @ForAll @IntRange(max = 900) int length) {
    String entry = "h[%03d:%03d]".formatted(begin, begin + length);

    List<String> names = HostName.parse(entry, PLACE).names();

    assertThat(names).hasSize(length + 1).allMatch(name -> name.length() == 4);
    assertThat(names).isSorted().doesNotHaveDuplicates();
  }

  @Property
  void severalRangesMakeEveryCombinationOnce(
      @ForAll @IntRange(min = 1, max = 12) int first,
      @ForAll @IntRange(min = 1, max = 12) int second,
      @ForAll @IntRange(min = 1, max = 5) int third) {
    String entry = "a[1:" + first + "]b[1:" + second + "]-[a:" + (char) ('a' + third - 1) + "]";

    assertThat(HostName.parse(entry, PLACE).names())
        .hasSize(first * second * third)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("a\\d+b\\d+-[a-e]"));
  }
}
