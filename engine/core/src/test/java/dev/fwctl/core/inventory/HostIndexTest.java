package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostIndexTest {
  private static final HostIndex INDEX = index();

  private static HostIndex index() {
    List<String> hosts =
        List.of("web2", "web1", "db1.example.com", "2001:db8::1", "10.0.0.1", "mail");
    SequencedMap<String, List<String>> groups = new LinkedHashMap<>();
    groups.put("all", hosts);
    groups.put("ungrouped", List.of("10.0.0.1"));
    groups.put("web", List.of("web2", "web1"));
    groups.put("web-eu", List.of("web1"));
    groups.put("db", List.of("db1.example.com", "2001:db8::1"));
    groups.put("empty", List.of());
    groups.put("mail", List.of("mail"));
    return new HostIndex(hosts, groups);
  }

  private static Set<String> select(String pattern) {
    return names(INDEX, INDEX.select(pattern, "host pattern", Optional.empty()));
  }

  private static Set<String> names(HostIndex index, BitSet selected) {
    Set<String> names = new TreeSet<>();
    selected.stream().mapToObj(index.names()::get).forEach(names::add);
    return names;
  }

  private static List<Problem> problems(String pattern) {
    return Fleet.problemsOf(
        () -> INDEX.select(pattern, "host pattern", Optional.of(new Place("p.yml", 4, 12))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "web | web1 web2",
        "web1 | web1",
        "web:db | web1 web2 db1.example.com 2001:db8::1",
        "web,db | web1 web2 db1.example.com 2001:db8::1",
        "!web,web:db | ",
        "web:!web1 | web2",
        "!web1:web | web2",
        "web:&web-eu | web1",
        "&web-eu:web | web1",
        "!db | web1 web2 10.0.0.1 mail",
        "&web:!web1 | web2",
        "we* | web1 web2",
        "?eb1 | web1",
        "*.example.com | db1.example.com",
        "~.*\\.(com)$ | db1.example.com",
        "~eb | ",
        "2001:db8::1 | 2001:db8::1",
        "2001:db8::1,web1 | 2001:db8::1 web1",
        "web[0] | web2",
        "web[1] | web1",
        "web[-1] | web1",
        "web[-2] | web2",
        "web[0:1] | web1 web2",
        "web[1:] | web1",
        "web[1:99] | web1",
        "all[0]:db[1] | web2 2001:db8::1",
        "web[0],!web2,db | db1.example.com 2001:db8::1",
        "web1 mail | web1 mail",
        "web : & web-eu | ",
        "web1:!empty | web1",
        "mail | mail",
        "web[!1-]* | web2",
        "web[12]* | web1 web2",
      })
  void patternsSelect(String pattern, String hosts) {
    if (hosts == null) {
      assertThat(problems(pattern)).isNotEmpty();
    } else {
      assertThat(select(pattern)).containsExactlyInAnyOrder(hosts.split(" "));
    }
  }

  @Test
  void aWordThatIsNothingIsAnErrorWithAHint() {
    assertThat(problems("web:!bd"))
        .containsExactly(
            Problem.at(
                new Place("p.yml", 4, 12),
                ErrorCode.UNKNOWN_NAME,
                "'bd' is neither a group nor a host in host pattern 'web:!bd'",
                "did you mean 'db'?"));
  }

  @Test
  void everyWrongTermIsReported() {
    assertThat(problems("nope:&neither:!nor")).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",",
        ":",
        "!",
        "web:&",
        "web[1",
        "web[5]",
        "web[-3]",
        "web[5:9]",
        "db*[9]",
        "~[",
        "~(",
        "nosuch*",
        "empty",
        "empty:&web",
        "web:!web",
        "web[0-1]",
        "web1:22",
        "localhost",
        "~(?:web|db)",
        "web[99999999999]"
      })
  void whatSelectsNothingIsAnErrorWithAPlaceAndAHint(String pattern) {
    assertThat(problems(pattern))
        .isNotEmpty()
        .allSatisfy(
            problem -> {
              assertThat(problem.place()).isPresent();
              assertThat(problem.hint()).isPresent();
            });
  }

  @Test
  void aNameOfBothAGroupAndAnotherHostIsRefused() {
    SequencedMap<String, List<String>> groups = new LinkedHashMap<>();
    groups.put("all", List.of("a", "b"));
    groups.put("a", List.of("b"));
    HostIndex index = new HostIndex(List.of("a", "b"), groups);

    assertThat(Fleet.problemsOf(() -> index.select("a", "--limit", Optional.empty())))
        .extracting(Problem::code)
        .containsExactly(ErrorCode.CONFLICT);
  }

  /** An inventory and a pattern for it, with the sets of hosts that its terms stand for. */
  record Case(SequencedMap<String, List<String>> groups, List<TermCase> terms, long seed) {}

  record TermCase(String sign, String text) {}

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<List<String>> members =
        Arbitraries.integers().between(0, 9).map(n -> "h" + n).set().ofMaxSize(6).map(List::copyOf);
    Arbitrary<SequencedMap<String, List<String>>> groups =
        members
            .list()
            .ofMinSize(1)
            .ofMaxSize(5)
            .map(
                lists -> {
                  SequencedMap<String, List<String>> named = new LinkedHashMap<>();
                  for (int i = 0; i < lists.size(); i++) {
                    named.put("g" + i, lists.get(i));
                  }
                  return named;
                });
    Arbitrary<TermCase> term =
        Combinators.combine(
                Arbitraries.of("", "", "&", "!"),
                Arbitraries.of(
                    "g0", "g1", "g2", "h1", "h7", "all", "*", "g*", "h[1-4]*", "~h[5-9]", "?1"))
            .as(TermCase::new);
    return Combinators.combine(groups, term.list().ofMinSize(1).ofMaxSize(5), Arbitraries.longs())
        .as(Case::new);
  }

  @Property(tries = 2000)
  void termsJoinThenKeepThenTakeOutInWhateverOrderTheyStand(@ForAll("cases") Case given) {
    List<String> hosts = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      hosts.add("h" + i);
    }
    SequencedMap<String, List<String>> groups = new LinkedHashMap<>();
    groups.put("all", hosts);
    groups.putAll(given.groups());
    HostIndex index = new HostIndex(hosts, groups);
    Optional<Set<String>> expected = naive(given.terms(), groups, hosts);
    List<TermCase> shuffled = new ArrayList<>(given.terms());
    Collections.shuffle(shuffled, new Random(given.seed()));
    for (String separator : List.of(",", ":", " , ")) {
      String pattern =
          String.join(separator, shuffled.stream().map(term -> term.sign() + term.text()).toList());

      if (expected.isPresent() && !expected.get().isEmpty()) {
        assertThat(names(index, index.select(pattern, "host pattern", Optional.empty())))
            .as(pattern)
            .isEqualTo(expected.get());
      } else {
        assertThat(Fleet.problemsOf(() -> index.select(pattern, "host pattern", Optional.empty())))
            .as(pattern)
            .isNotEmpty();
      }
    }
  }

  /** Returns what sets of names say; nothing when a term matches nothing. */
  private static Optional<Set<String>> naive(
      List<TermCase> terms, SequencedMap<String, List<String>> groups, List<String> hosts) {
    Set<String> selected = new TreeSet<>();
    if (terms.stream().allMatch(term -> !term.sign().isEmpty())) {
      selected.addAll(hosts);
    }
    for (String sign : List.of("", "&", "!")) {
      for (TermCase term : terms) {
        if (!term.sign().equals(sign)) {
          continue;
        }
        Optional<Set<String>> matched = naive(term.text(), groups, hosts);
        if (matched.isEmpty()) {
          return Optional.empty();
        }
        switch (sign) {
          case "" -> selected.addAll(matched.get());
          case "&" -> selected.retainAll(matched.get());
          default -> selected.removeAll(matched.get());
        }
      }
    }
    return Optional.of(selected);
  }

  private static Optional<Set<String>> naive(
      String text, SequencedMap<String, List<String>> groups, List<String> hosts) {
    Set<String> matched = new TreeSet<>();
    switch (text) {
      case "all", "*" -> matched.addAll(hosts);
      case "g*" ->
          groups.forEach(
              (name, members) -> {
                if (name.startsWith("g")) {
                  matched.addAll(members);
                }
              });
      case "h[1-4]*" -> matched.addAll(List.of("h1", "h2", "h3", "h4"));
      case "~h[5-9]" -> matched.addAll(List.of("h5", "h6", "h7", "h8", "h9"));
      case "?1" -> {
        matched.add("h1");
        matched.addAll(groups.getOrDefault("g1", List.of()));
      }
      default -> {
        if (groups.containsKey(text)) {
          matched.addAll(groups.get(text));
        } else if (hosts.contains(text)) {
          matched.add(text);
        } else {
          return Optional.empty();
        }
      }
    }
    return Optional.of(matched);
  }
}
