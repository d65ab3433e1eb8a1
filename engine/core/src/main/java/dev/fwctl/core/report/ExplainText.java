package dev.fwctl.core.report;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Asked;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.Possibility.Supposition;
import dev.fwctl.core.explain.Explanation;
import dev.fwctl.core.explain.Explanation.Way;
import dev.fwctl.core.known.PolicyLine;
import dev.fwctl.model.Family;
import dev.fwctl.model.netfilter.RulesetText;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes for a person what becomes of a packet: its way, hook by hook, and how it ends. */
public final class ExplainText {
  private static final String INDENT = "  ";
  private static final String ITEM = "    ";
  private static final String DETAIL = "        ";

  private final Style style;

  public ExplainText(Style style) {
    this.style = style;
  }

  /** Returns the way of a packet; every line ends in a line feed. */
  public String explanation(Explanation explanation) {
    StringBuilder text = new StringBuilder();
    text.append(style.heading(heading(explanation))).append('\n');
    explanation
        .remarks()
        .forEach(remark -> line(text, INDENT + "(", Printable.text(remark) + ")", "   "));
    Family family = explanation.packet().family();
    for (Journey.Stage stage : explanation.journey().stages()) {
      text.append('\n');
      stage(text, family, stage);
    }
    text.append('\n');
    ending(text, explanation);
    explanation
        .unseen()
        .forEach(
            unseen ->
                line(
                    text,
                    style.changed("!") + " ",
                    Printable.text("not looked at: " + unseen),
                    INDENT));
    return text.toString();
  }

  /** Says which packet it is, where. */
  static String heading(Explanation explanation) {
    Packet packet = explanation.packet();
    return Printable.text(
        "%s -> %s on %s, %s"
            .formatted(
                packet.sender(),
                packet.target(),
                explanation.host(),
                packet.in().map(in -> "in by " + in).orElse("sent by the host itself")));
  }

  private void stage(StringBuilder text, Family family, Journey.Stage stage) {
    switch (stage) {
      case Asked asked -> asked(text, family, asked);
      case Journey.Translated nat ->
          line(
              text,
              INDENT,
              "destination NAT: now bound for "
                  + nat.port().map(nat.address()::withPort).orElseGet(nat.address()::toString),
              ITEM);
      case Journey.Routed routed ->
          line(text, INDENT, Printable.text("route: " + words(routed)), ITEM);
    }
  }

  private static String words(Journey.Routed routed) {
    if (routed.here()) {
      return "to the host itself";
    }
    List<String> interfaces = routed.interfaces().stream().sorted().toList();
    return switch (interfaces.size()) {
      case 0 -> "none";
      case 1 -> "out by " + interfaces.getFirst();
      default -> "out by one of " + String.join(", ", interfaces);
    };
  }

  private void asked(StringBuilder text, Family family, Asked asked) {
    line(text, INDENT, style.heading(asked.hook().table() + " " + asked.hook().chain()), ITEM);
    String chain = "";
    for (Step step : asked.steps()) {
      if (!step.chain().equals(chain)) {
        chain = step.chain();
        if (!chain.equals(asked.hook().chain()) || step != asked.steps().getFirst()) {
          line(text, ITEM, Printable.text(chain), ITEM);
        }
      }
      step(text, family, step);
    }
    if (asked.byPolicy() && asked.verdict() != Verdict.ACCEPTED) {
      line(text, ITEM, "policy " + asked.hook().chain() + ": " + word(asked.verdict()), DETAIL);
    }
    if (asked.verdict() == Verdict.UNDECIDED) {
      line(text, ITEM, style.changed("? this rule is not understood"), DETAIL);
    }
  }

  private void step(StringBuilder text, Family family, Step step) {
    line(
        text,
        ITEM + "%3d ".formatted(step.position()),
        Printable.text(RulesetText.rule(family, step.rule().withoutComment())) + note(step),
        DETAIL + "  ");
    PolicyLine.of(step)
        .ifPresent(
            policy -> line(text, DETAIL, style.heading("policy ") + words(policy), DETAIL + "  "));
  }

  private static String note(Step step) {
    return PolicyLine.of(step).isPresent()
        ? ""
        : step.rule()
            .comment()
            .map(comment -> "  #" + Paragraph.GLUE + Printable.text(comment))
            .orElse("");
  }

  private static String words(PolicyLine policy) {
    return Printable.text("%s, %s:%d".formatted(policy.policy(), policy.file(), policy.line()));
  }

  private void ending(StringBuilder text, Explanation explanation) {
    List<Way> ways = explanation.ways();
    if (ways.size() == 1) {
      line(text, "", sentence(ways.getFirst().journey()), INDENT);
      receivers(text, ways.getFirst(), INDENT);
      return;
    }
    Family family = explanation.packet().family();
    List<Step> supposed =
        ways.stream()
            .flatMap(way -> way.possibility().suppositions().stream())
            .map(Supposition::step)
            .distinct()
            .toList();
    String what = supposed.size() == 1 ? "a rule that is" : "rules that are";
    line(
        text,
        "",
        explanation.ending().isPresent()
            ? sentence(ways.getFirst().journey())
                + " It is the same whatever becomes of %s not understood:".formatted(what)
            : style.changed("It depends") + " on %s not understood:".formatted(what),
        INDENT);
    for (Step step : supposed) {
      line(text, INDENT, where(step), ITEM);
      step(text, family, step);
    }
    for (Way way : ways) {
      String supposition =
          way.possibility().suppositions().stream()
              .map(one -> where(one.step()) + (one.applies() ? " applies" : " does not apply"))
              .collect(Collectors.joining(", "));
      line(text, INDENT, Printable.text("if " + supposition + ":"), ITEM);
      line(text, ITEM, sentence(way.journey()), ITEM + INDENT);
      way.journey().decisive().ifPresent(step -> step(text, family, step));
      receivers(text, way, ITEM + INDENT);
    }
  }

  private static void receivers(StringBuilder text, Way way, String indent) {
    way.receivers().forEach(who -> line(text, indent, Printable.text(who), indent));
  }

  private String sentence(Journey way) {
    return switch (way.ending()) {
      case DELIVERED -> style.added("Delivered") + " to the host itself at " + bound(way) + ".";
      case SENT ->
          style.added("Sent out")
              + " by "
              + Printable.text(way.packet().out().orElse("?"))
              + " to "
              + bound(way)
              + ".";
      case DROPPED -> style.removed("Dropped") + by(way) + ".";
      case REJECTED -> style.removed("Rejected") + by(way) + ".";
      case NO_ROUTE -> style.removed("Not routed") + ": no route leads to " + bound(way) + ".";
      case UNDECIDED ->
          style.changed("Not known")
              + ": it hangs on "
              + way.decisive()
                  .map(step -> where(step) + ", which is not understood")
                  .orElse("which of several routes is taken")
              + ".";
    };
  }

  private static String bound(Journey way) {
    return way.packet().target();
  }

  private static String by(Journey way) {
    return way.decisive()
        .map(step -> " by " + where(step))
        .orElseGet(
            () ->
                way.stages().getLast() instanceof Asked asked && asked.byPolicy()
                    ? " by the policy of %s in %s"
                        .formatted(asked.hook().chain(), asked.hook().table())
                    : "");
  }

  private static String where(Step step) {
    return Printable.text(step.place());
  }

  private static String word(Verdict verdict) {
    return verdict == Verdict.DROPPED ? "DROP" : "ACCEPT";
  }

  private static void line(StringBuilder text, String first, String content, String next) {
    Paragraph.append(text, first, content, next);
  }

  /** Says in a word how it ends. */
  static String word(Explanation explanation) {
    return explanation
        .ending()
        .map(
            ending ->
                ending == Ending.NO_ROUTE ? "not routed" : ending.name().toLowerCase(Locale.ROOT))
        .orElse("depends on rules that are not understood");
  }
}
