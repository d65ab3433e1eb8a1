package dev.fwctl.plugin.iptables;

import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The script that turns what is ours on a host into something else, all or nothing.
 *
 * <p>The kernel takes a table as a whole or not at all; the script makes the same of several tables
 * and both families: it tries everything without effect first, and when a table is refused all the
 * same it puts back those that were taken. All of it is read before any of it runs, so that a
 * connection that breaks leaves no half of it. It writes no file.
 *
 * <p>Exit status: 0 when all is done; {@value #REFUSED} when nothing was touched; {@value #UNDONE}
 * when what was done is undone; {@value #BROKEN} when that failed.
 */
final class ChangeScript {
  static final int REFUSED = 10;
  static final int UNDONE = 11;
  static final int BROKEN = 12;

  /** A line that neither a rule nor a set can be. */
  private static final String END = "FWCTL-END";

  /** How long to wait for another program that is changing rules, in seconds. */
  private static final int LOCK_SECONDS = 30;

  private static final String TOOLS =
      """
      fwctl_say() {
        printf 'fwctl: %s\\n' "$1" >&2
      }
      # Prints the restore command of a family (iptables, ip6tables) and kind (nft, legacy).
      fwctl_tool() {
        if command -v "$1-$2-restore" > /dev/null 2>&1; then
          echo "$1-$2-restore"
          return 0
        fi
        case $("$1" -V < /dev/null 2> /dev/null) in
          *nf_tables*) fwctl_kind=nft ;;
          '') return 1 ;;
          *) fwctl_kind=legacy ;;
        esac
        [ "$fwctl_kind" = "$2" ] && echo "$1-restore"
      }
      # Feeds what a function prints to a command and keeps what the command says.
      fwctl_feed() {
        fwctl_text=$1
        shift
        fwctl_said=$("$fwctl_text" | "$@" 2>&1)
      }
      # Prints the first line of what a command said that is not a remark.
      fwctl_reason() {
        printf '%s\n' "$1" | while IFS= read -r fwctl_line; do
          case $fwctl_line in
            '' | '#'*) ;;
            *)
              printf '%s' "$fwctl_line"
              break
              ;;
          esac
        done
      }
      # The kernel lets go of the rules that name a set a moment after they are gone.
      fwctl_destroy() {
        fwctl_tries=0
        until ipset destroy "$1" < /dev/null 2> /dev/null; do
          fwctl_tries=$((fwctl_tries + 1))
          if [ "$fwctl_tries" -ge 30 ]; then
            fwctl_say "the address set $1 can't be removed; another program's rule may use it"
            return 0
          fi
          sleep 0.1 2> /dev/null || sleep 1
        done
      }
      """;

  private final List<TableChange> changes;
  private final List<NamedSet> created;
  private final List<NamedSet> replaced;
  private final List<NamedSet> destroyed;

  ChangeScript(OwnedRules from, OwnedRules to) {
    this.changes = TableChange.between(from, to);
    Map<String, NamedSet> before =
        from.sets().stream().collect(Collectors.toMap(NamedSet::name, set -> set));
    Set<String> after = to.sets().stream().map(NamedSet::name).collect(Collectors.toSet());
    this.created = to.sets().stream().filter(set -> !before.containsKey(set.name())).toList();
    // Its name says what is to be in a set: somebody changed it by hand.
    this.replaced =
        to.sets().stream()
            .filter(set -> before.containsKey(set.name()) && !set.equals(before.get(set.name())))
            .toList();
    this.destroyed = from.sets().stream().filter(set -> !after.contains(set.name())).toList();
  }

  String text() {
    List<String> lines = new ArrayList<>();
    lines.add("# Changes what fwctl owns in the packet filter of this host, all or nothing.");
    lines.add(
        "# Status: 0 done, %d nothing touched, %d undone, %d not undone."
            .formatted(REFUSED, UNDONE, BROKEN));
    lines.add(TOOLS.stripTrailing());
    for (int step = 0; step < changes.size(); step++) {
      lines.add(function("fwctl_do_" + step, changes.get(step).text()));
      lines.add(function("fwctl_undo_" + step, changes.get(step).undo()));
    }
    int number = 0;
    for (NamedSet set : made()) {
      lines.add(function("fwctl_set_" + number, SetText.render(temporaryName(set), set)));
      number++;
    }
    lines.add(change());
    lines.add(takeBack());
    lines.add("fwctl_change");
    return String.join("\n", lines) + "\n";
  }

  /** Returns the sets that have to be filled before any rule can name them. */
  private List<NamedSet> made() {
    List<NamedSet> made = new ArrayList<>(created);
    made.addAll(replaced);
    return made;
  }

  /** Returns the name under which a set is filled: a set that is there already is swapped in. */
  private String temporaryName(NamedSet set) {
    int index = replaced.indexOf(set);
    return index < 0 ? set.name() : OwnNames.SET_PREFIX + "swap-" + index;
  }

  private static String function(String name, String content) {
    return name + "() {\ncat << '" + END + "'\n" + content + END + "\n}";
  }

  private String change() {
    List<String> lines = new ArrayList<>();
    lines.add("fwctl_change() {");
    // The way to its end does not depend on whoever started it.
    lines.add("  trap '' HUP INT PIPE TERM");
    lines.add("  fwctl_made= fwctl_swapped=");
    for (Tool tool : tools()) {
      lines.add(
          "  %s=$(fwctl_tool %s %s) || {".formatted(tool.variable(), tool.command(), tool.kind()));
      lines.add(
          "    fwctl_say '%s of the kind %s is not installed'"
              .formatted(tool.command(), tool.kind()));
      lines.add("    exit %d".formatted(REFUSED));
      lines.add("  }");
    }
    int number = 0;
    for (NamedSet set : made()) {
      lines.add("  fwctl_made=\"$fwctl_made %s\"".formatted(temporaryName(set)));
      lines.add(
          "  fwctl_feed fwctl_set_%d ipset restore || fwctl_back %d -1 'the address set %s'"
              .formatted(number, REFUSED, set.name()));
      number++;
    }
    for (int step = 0; step < changes.size(); step++) {
      lines.add(
          "  fwctl_feed fwctl_do_%d %s --test || fwctl_back %d -1 'the %s, in a dry run,'"
              .formatted(step, restore(step), REFUSED, changes.get(step).title()));
    }
    for (NamedSet set : replaced) {
      lines.add(
          "  fwctl_feed : ipset swap %s %s || fwctl_back %d -1 'the address set %s'"
              .formatted(temporaryName(set), set.name(), UNDONE, set.name()));
      lines.add(
          "  fwctl_swapped=\"$fwctl_swapped %s:%s\"".formatted(temporaryName(set), set.name()));
    }
    for (int step = 0; step < changes.size(); step++) {
      lines.add(
          "  fwctl_feed fwctl_do_%d %s || fwctl_back %d %d 'the %s'"
              .formatted(step, restore(step), UNDONE, step - 1, changes.get(step).title()));
    }
    for (NamedSet set : replaced) {
      lines.add("  fwctl_destroy " + temporaryName(set));
    }
    for (NamedSet set : destroyed) {
      lines.add("  fwctl_destroy " + set.name());
    }
    lines.add("  exit 0");
    lines.add("}");
    return String.join("\n", lines);
  }

  /** Writes the function that takes back all that was done up to a step, and ends the script. */
  private String takeBack() {
    List<String> lines = new ArrayList<>();
    lines.add("# Arguments: the exit status, the last step that was taken, what was refused.");
    lines.add("fwctl_back() {");
    lines.add("  fwctl_status=$1 fwctl_cause=$fwctl_said");
    lines.add("  printf '%s\\n' \"$fwctl_cause\" >&2");
    for (int step = changes.size() - 1; step >= 0; step--) {
      lines.add(
          "  [ \"$2\" -lt %d ] || fwctl_feed fwctl_undo_%d %s || fwctl_broken"
              .formatted(step, step, restore(step)));
    }
    lines.add("  for fwctl_pair in $fwctl_swapped; do");
    lines.add(
        "    fwctl_feed : ipset swap \"${fwctl_pair%%:*}\" \"${fwctl_pair#*:}\" || fwctl_broken");
    lines.add("  done");
    lines.add("  for fwctl_set in $fwctl_made; do");
    lines.add("    ! ipset list -n \"$fwctl_set\" < /dev/null > /dev/null 2>&1 \\");
    lines.add("      || fwctl_destroy \"$fwctl_set\"");
    lines.add("  done");
    lines.add("  fwctl_say \"$3 was refused: $(fwctl_reason \"$fwctl_cause\")\"");
    lines.add("  exit \"$fwctl_status\"");
    lines.add("}");
    lines.add("fwctl_broken() {");
    lines.add("  fwctl_status=%d".formatted(BROKEN));
    lines.add(
        "  fwctl_say \"what was there could not be put back: $(fwctl_reason \"$fwctl_said\")\"");
    lines.add("}");
    return String.join("\n", lines);
  }

  private String restore(int step) {
    return "\"$%s\" --noflush --wait=%d"
        .formatted(tool(changes.get(step)).variable(), LOCK_SECONDS);
  }

  private Set<Tool> tools() {
    Set<Tool> tools = new LinkedHashSet<>();
    changes.forEach(change -> tools.add(tool(change)));
    return tools;
  }

  private static Tool tool(TableChange change) {
    return switch (change.family()) {
      case IPV4 -> new Tool("iptables", kind(change.variant()));
      case IPV6 -> new Tool("ip6tables", kind(change.variant()));
    };
  }

  private static String kind(Variant variant) {
    return variant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * A command of a host.
   *
   * @param command its family's name
   * @param kind its kind
   */
  private record Tool(String command, String kind) {
    /** Returns the name of the variable that holds the command's full name. */
    String variable() {
      return "fwctl_" + command + "_" + kind;
    }
  }
}
