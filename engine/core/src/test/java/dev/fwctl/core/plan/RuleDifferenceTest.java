package dev.fwctl.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RuleDifferenceTest {
  private static RuleLine line(String text) {
    return new RuleLine("ipv4 mangle FWCTL-HOST", text, "shop.yml:1");
  }

  @Provide
  Arbitrary<List<RuleLine>> lines() {
    return Combinators.combine(
            Arbitraries.of("A", "B"), Arbitraries.of("1", "2", "3", "4"), Arbitraries.of("x", "y"))
        .as(RuleLine::new)
        .list()
        .ofMaxSize(10);
  }

  @Property
  void carriesOneListIntoTheOther(
      @ForAll("lines") List<RuleLine> before, @ForAll("lines") List<RuleLine> after) {
    List<RuleLine> gone = new ArrayList<>();
    List<RuleLine> come = new ArrayList<>();
    for (RuleChange change : RuleDifference.between(before, after)) {
      switch (change.kind()) {
        case ADD -> come.add(change.line());
        case REMOVE -> gone.add(change.line());
        case CHANGE, NOTE -> {
          come.add(change.line());
          gone.add(change.before().orElseThrow());
        }
      }
    }
    List<RuleLine> left = new ArrayList<>(before);
    gone.forEach(line -> assertThat(left.remove(line)).as("%s was there", line).isTrue());
    left.addAll(come);

    assertThat(left).containsExactlyInAnyOrderElementsOf(after);
  }

  @Property
  void isEmptyForEqualLists(@ForAll("lines") List<RuleLine> lines) {
    assertThat(RuleDifference.between(lines, lines)).isEmpty();
  }

  @Property
  void readsWhatItWrites(@ForAll("lines") List<RuleLine> lines) {
    assertThat(lines.stream().map(RuleLine::written).map(RuleLine::read).toList()).isEqualTo(lines);
  }

  @Test
  void anInsertedRuleIsOneAddition() {
    assertThat(
            RuleDifference.between(
                List.of(line("a"), line("b"), line("c")),
                List.of(line("a"), line("x"), line("b"), line("c"))))
        .containsExactly(RuleChange.add(line("x")));
  }

  @Test
  void aRuleInAnothersPlaceIsOneChange() {
    List<RuleChange> changes =
        RuleDifference.between(
            List.of(line("a"), line("b"), line("c")), List.of(line("a"), line("x"), line("c")));

    assertThat(changes)
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.kind()).isEqualTo(RuleChange.Kind.CHANGE);
              assertThat(change.line()).isEqualTo(line("x"));
              assertThat(change.before()).contains(line("b"));
            });
  }

  @Test
  void anotherPlaceInThePolicyIsANote() {
    RuleLine moved = new RuleLine("ipv4 mangle FWCTL-HOST", "a", "shop.yml:2");

    assertThat(RuleDifference.between(List.of(line("a")), List.of(moved)))
        .extracting(RuleChange::kind)
        .containsExactly(RuleChange.Kind.NOTE);
  }

  @Test
  void rulesThatSwapPlacesAreSeen() {
    assertThat(
            RuleDifference.between(
                List.of(line("drop"), line("accept")), List.of(line("accept"), line("drop"))))
        .hasSize(2);
  }
}
