package dev.fwctl.core.report;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.fwctl.core.importing.HostDraft;
import dev.fwctl.core.importing.Permission;
import dev.fwctl.core.known.AddressWords;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.Traffic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes drafts of policies as a policy document. */
public final class DraftText {
  /** More prefixes than this are named and declared as a source. */
  private static final int FEW = 3;

  private static final int WIDTH = 88;
  private static final int LONGEST_NAME = 40;

  /** What YAML takes for the text that it is, wherever it stands. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_./-]*");

  /** Host names, joined with commas. */
  private static final Pattern PLAIN_PATTERN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.,-]*");

  private final Map<AddressSet, String> sources = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();
  private final StringBuilder policies = new StringBuilder();

  private DraftText() {}

  /**
   * Returns the document; every line ends in a line feed.
   *
   * @param head what is said of it, a line each
   * @param drafts the drafts by the names of their hosts; hosts with the same one share a policy
   */
  public static String document(List<String> head, SortedMap<String, HostDraft> drafts) {
    DraftText text = new DraftText();
    Map<HostDraft, List<String>> alike = new LinkedHashMap<>();
    drafts.forEach(
        (host, draft) -> alike.computeIfAbsent(draft, unseen -> new ArrayList<>()).add(host));
    alike.forEach(text::policy);
    StringBuilder document = new StringBuilder();
    head.forEach(line -> document.append("# ").append(line).append('\n'));
    document.append("fwctl: 1\n\n");
    if (!text.sources.isEmpty()) {
      document.append("sources:\n");
      text.sources.forEach((peers, name) -> source(document, name, peers));
      document.append('\n');
    }
    return document.append("policies:\n").append(text.policies).toString();
  }

  /** Says that a document was written into a file. */
  public static String written(String file, int hosts) {
    return "Wrote %s, what %s let in; look at it, then: fwctl plan"
        .formatted(Printable.text(file), Count.of(hosts, "host"));
  }

  /** Says whose reach a plan by a document changes. */
  public static String words(ReachChange change) {
    return Stream.of(
            word(change, change.opened(), "can newly"), word(change, change.closed(), "can't"))
        .flatMap(Optional::stream)
        .collect(Collectors.joining("; "));
  }

  private static Optional<String> word(ReachChange change, AddressSet peers, String verb) {
    if (peers.isEmpty()) {
      return Optional.empty();
    }
    String who = AddressWords.brief(peers);
    String what = Printable.text(change.endpoint());
    return Optional.of(
        change.direction() == ReachChange.Direction.INBOUND
            ? "%s %s reach %s".formatted(who, verb, what)
            : "%s %s reach %s".formatted(what, verb, who));
  }

  private static void source(StringBuilder document, String name, AddressSet peers) {
    String words = AddressWords.brief(peers);
    document.append("  ").append(name).append(":");
    if (words.startsWith("everyone")) {
      document.append("  # ").append(words);
    }
    document.append('\n');
    peers.prefixes().forEach(it -> document.append("    - ").append(peer(it)).append('\n'));
  }

  private void policy(HostDraft draft, List<String> hosts) {
    String name = name(hosts);
    draft.remarks().forEach(remark -> comment(policies, "  ", remark));
    policies.append("  ").append(name).append(":\n");
    policies
        .append("    hosts: ")
        .append(text(String.join(",", hosts), PLAIN_PATTERN))
        .append('\n');
    if (!draft.external().isEmpty()) {
      policies
          .append("    external: ")
          .append(list(draft.external(), DraftText::text))
          .append('\n');
    }
    policies.append("    inbound:\n      default: drop\n");
    permissions("allow", name, draft.allow());
    permissions("deny", name, draft.deny());
  }

  /** A name begins with a letter, so that sources may be named after it. */
  private String name(List<String> hosts) {
    String first = hosts.getFirst().replaceAll("[^A-Za-z0-9_.-]", "-");
    String name = Character.isLetter(first.charAt(0)) ? first : "host-" + first;
    String brief = name.substring(0, Math.min(name.length(), LONGEST_NAME));
    String said = hosts.size() == 1 ? brief : brief + "-and-%d-more".formatted(hosts.size() - 1);
    String unique = said;
    for (int number = 2; !names.add(unique); number++) {
      unique = said + "-" + number;
    }
    return unique;
  }

  private void permissions(String key, String policy, List<Permission> permissions) {
    if (permissions.isEmpty()) {
      return;
    }
    policies.append("      ").append(key).append(":\n");
    for (Permission one : permissions) {
      one.remarks().forEach(remark -> comment(policies, "        ", remark));
      List<String> entries = new ArrayList<>();
      entries.add("to: " + near(one.local()));
      traffic(one.traffic()).forEach(entries::add);
      entries.add("from: " + peers(one.peers(), policy));
      String line = "        - {" + String.join(", ", entries) + "}";
      policies
          .append(
              line.length() <= WIDTH ? line : "        - " + String.join("\n          ", entries))
          .append('\n');
    }
  }

  private static String near(LocalEnd end) {
    return switch (end) {
      case LocalEnd.Containers some ->
          "{container: %s}"
              .formatted(some.selector().name().map(it -> text(it.pattern())).orElseThrow());
      default -> end.toString();
    };
  }

  private static List<String> traffic(Traffic traffic) {
    return switch (traffic) {
      case Traffic.All _ -> List.of();
      case Traffic.Ports it -> List.of("port: " + ports(it.ports()));
      case Traffic.ContainerPorts it -> List.of("container-port: " + ports(it.ports()));
      case Traffic.Icmp it -> List.of("icmp: " + it.kind().label());
    };
  }

  private static String ports(List<ProtocolPorts> ports) {
    return list(ports, ProtocolPorts::toString);
  }

  private String peers(AddressSet peers, String policy) {
    if (peers.isAny()) {
      return "any";
    }
    List<IpPrefix> prefixes = peers.prefixes();
    if (prefixes.size() <= FEW) {
      return list(prefixes, DraftText::peer);
    }
    return sources.computeIfAbsent(
        peers, unseen -> "%s-peers-%d".formatted(policy, sources.size() + 1));
  }

  private static String peer(IpPrefix prefix) {
    String text = prefix.isSingle() ? prefix.address().toString() : prefix.toString();
    return prefix.family() == Family.IPV6 ? "\"" + text + "\"" : text;
  }

  private static <T> String list(List<T> items, Function<T, String> words) {
    return items.size() == 1
        ? words.apply(items.getFirst())
        : items.stream().map(words).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String text(String text) {
    return text(text, PLAIN);
  }

  private static String text(String text, Pattern plain) {
    return plain.matcher(text).matches()
        ? text
        : "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }

  private static void comment(StringBuilder text, String indent, String remark) {
    Paragraph.append(text, indent + "# ", Printable.text(remark), indent + "# ");
  }
}
