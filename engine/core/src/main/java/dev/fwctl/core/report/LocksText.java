package dev.fwctl.core.report;

import dev.fwctl.model.Host;
import dev.fwctl.model.UnderWay;
import java.util.Map;

/** Writes for a person who is changing hosts. */
public final class LocksText {
  private LocksText() {}

  /** Returns what is under way, a host a paragraph. */
  public static String text(Map<Host, UnderWay> hosts) {
    StringBuilder text = new StringBuilder();
    int busy = 0;
    for (Map.Entry<Host, UnderWay> entry : hosts.entrySet()) {
      UnderWay underWay = entry.getValue();
      if (underWay.isNothing()) {
        continue;
      }
      busy++;
      text.append(Printable.text(entry.getKey().name())).append('\n');
      underWay
          .claim()
          .ifPresent(
              claim ->
                  line(
                      text,
                      "claimed %d s ago by %s, for %d s more"
                          .formatted(
                              claim.age().toSeconds(), claim.who(), claim.left().toSeconds())));
      for (UnderWay.Change change : underWay.changes()) {
        line(text, words(change).formatted(change.left().toSeconds()));
      }
    }
    Paragraph.append(
        text,
        "",
        busy == 0
            ? "Nothing is under way on %s."
                .formatted(hosts.size() == 1 ? "1 host" : hosts.size() + " hosts")
            : "Something is under way on %d of %d host%s."
                .formatted(busy, hosts.size(), hosts.size() == 1 ? "" : "s"),
        "");
    return text.toString();
  }

  private static String words(UnderWay.Change change) {
    return switch (change.state()) {
      case PENDING -> "a change is being made; goes back in %d s unless it is kept";
      case TO_BE_CONFIRMED -> "a change waits to be confirmed; goes back in %d s";
      case GOING_BACK -> "a change is being taken back";
    };
  }

  private static void line(StringBuilder text, String words) {
    Paragraph.append(text, "  ", Printable.text(words), "    ");
  }
}
