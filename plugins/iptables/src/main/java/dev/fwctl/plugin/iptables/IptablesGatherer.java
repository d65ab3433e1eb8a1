package dev.fwctl.plugin.iptables;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.HiddenTable;
import dev.fwctl.model.FirewallFacts.Tool;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pf4j.Extension;

/** Learns which iptables a host has and which rules are in force. */
@Extension
public final class IptablesGatherer implements FactGatherer {
  static final String NAME = "firewall";

  private static final Pattern VERSION = Pattern.compile("iptables v([0-9][0-9.]{0,15}).*");

  /** What iptables-nft-save prints in place of a table that it can't show. */
  private static final Pattern HIDDEN =
      Pattern.compile("# Table [`'](.*)' (?:is incompatible|contains incompatible).*");

  /** What iptables-nft prints on a kernel that has no nf_tables, which can't hold such rules. */
  private static final Pattern NO_NF_TABLES =
      Pattern.compile("(?s).*(Failed to initialize nft|not supported).*");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String probe() {
    return Probe.ON_HOSTS.everything();
  }

  @Override
  public FirewallFacts parse(ProbeAnswer answer) {
    if (answer.exitStatus() != 0) {
      throw malformed("the probe ended with status " + answer.exitStatus());
    }
    List<Section> sections = sections(answer.output());
    if (sections.isEmpty()) {
      return new FirewallFacts(List.of(), false, List.of(), List.of(), List.of(), false, "");
    }
    List<Tool> tools = tools(sections);
    List<Ruleset> rulesets = new ArrayList<>();
    List<HiddenTable> hidden = new ArrayList<>();
    List<NamedSet> sets = List.of();
    boolean ip6tables = false;
    boolean ipset = false;
    boolean ended = false;
    for (Section section : sections) {
      switch (section.word(0)) {
        case "rules" -> {
          Family family = family(section);
          Variant variant = variant(section.word(2));
          if (failed(section) && isWithoutKernelSupport(variant, tools, answer)) {
            continue;
          }
          String text = complete(section);
          hidden.addAll(hiddenTables(family, text));
          List<Table> tables = RulesetText.parse(text);
          if (!tables.isEmpty()) {
            rulesets.add(new Ruleset(family, variant, tables));
          }
        }
        case "unseen" -> hidden.add(new HiddenTable(family(section), section.word(2)));
        case "ip6tables" -> ip6tables = true;
        case "sets" -> {
          ipset = true;
          sets = SetText.parse(complete(section));
        }
        case "end" -> ended = true;
        default -> {}
      }
    }
    if (!ended) {
      throw malformed("its end is missing");
    }
    return new FirewallFacts(
        tools, ip6tables, rulesets, hidden, sets, ipset, Fingerprint.of(answer.output()));
  }

  /** Finds the variants that are installed; they come in one package and have one version. */
  private static List<Tool> tools(List<Section> sections) {
    String banner = sections.getFirst().rest();
    Matcher version = VERSION.matcher(banner);
    if (!sections.getFirst().word(0).equals("default") || !version.matches()) {
      throw malformed("iptables did not tell its version");
    }
    // Before version 1.8 there was only one kind, and it did not name itself.
    Variant byDefault = banner.contains("nf_tables") ? Variant.NFT : Variant.LEGACY;
    List<Tool> tools = new ArrayList<>();
    tools.add(new Tool(byDefault, version.group(1)));
    for (Section section : sections) {
      if (section.word(0).equals("tool") && variant(section.word(1)) != byDefault) {
        tools.add(new Tool(variant(section.word(1)), version.group(1)));
      }
    }
    return tools;
  }

  private static List<HiddenTable> hiddenTables(Family family, String text) {
    return text.lines()
        .map(HIDDEN::matcher)
        .filter(Matcher::matches)
        .map(matcher -> new HiddenTable(family, matcher.group(1)))
        .toList();
  }

  private static boolean isWithoutKernelSupport(
      Variant variant, List<Tool> tools, ProbeAnswer answer) {
    return variant == Variant.NFT
        && tools.getFirst().variant() == Variant.LEGACY
        && NO_NF_TABLES.matcher(answer.errors()).matches();
  }

  private static boolean failed(Section section) {
    return section.failure() != 0;
  }

  private static String complete(Section section) {
    if (failed(section)) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.HOST_UNSUITABLE,
              "the host could not read its own firewall: '"
                  + Printable.of(section.header())
                  + "' ended with status "
                  + section.failure(),
              "run iptables-save and ipset save on the host and see what they say"));
    }
    return section.body();
  }

  private static Family family(Section section) {
    return switch (section.word(1)) {
      case "4" -> Family.IPV4;
      case "6" -> Family.IPV6;
      default -> throw malformed("an unknown family");
    };
  }

  private static Variant variant(String word) {
    for (Variant variant : Variant.values()) {
      if (variant.name().toLowerCase(Locale.ROOT).equals(word)) {
        return variant;
      }
    }
    throw malformed("an unknown kind of iptables");
  }

  private static FwctlException malformed(String what) {
    return new FwctlException(
        Problem.of(
            ErrorCode.ANSWER_MALFORMED,
            "what the host told of its firewall makes no sense: " + what));
  }

  /** Splits the answer at the lines that begin with {@code @}. */
  private static List<Section> sections(String output) {
    List<Section> sections = new ArrayList<>();
    String header = "";
    StringBuilder body = new StringBuilder();
    int failure = 0;
    for (String line : output.split("\n", -1)) {
      if (line.startsWith("@failed ")) {
        failure = 1;
      } else if (line.startsWith("@")) {
        if (!header.isEmpty()) {
          sections.add(new Section(header, body.toString(), failure));
        }
        header = line.substring(1);
        body.setLength(0);
        failure = 0;
      } else if (!header.isEmpty()) {
        body.append(line).append('\n');
      } else if (!line.isBlank()) {
        throw malformed("it begins with something else");
      }
    }
    if (!header.isEmpty()) {
      sections.add(new Section(header, body.toString(), failure));
    }
    return sections;
  }

  /**
   * A part of the answer.
   *
   * @param header its first line, without the sign in front
   * @param body the lines below
   * @param failure 0, or another number when the command of this part failed
   */
  private record Section(String header, String body, int failure) {
    String word(int index) {
      String[] words = header.split(" ", -1);
      return index < words.length ? words[index] : "";
    }

    /** Returns what stands behind the first word. */
    String rest() {
      int space = header.indexOf(' ');
      return space < 0 ? "" : header.substring(space + 1);
    }
  }
}
