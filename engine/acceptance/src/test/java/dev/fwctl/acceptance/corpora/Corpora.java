package dev.fwctl.acceptance.corpora;

import dev.fwctl.analysis.Packet;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.netfilter.RulesetText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads a folder of rulesets that others wrote, and holds what is known of them against the model
 * and the analysis.
 *
 * <p>Each is a text of iptables-save. It must be printed as it was read; where there are bounds
 * beside it, what it lets through must lie between them.
 */
public final class Corpora {
  private static final String LOWER = ".lower";

  /** The networks behind interfaces that the authors of bounds took as given, by folder. */
  private static final Map<String, Map<String, String>> NETWORKS =
      Map.of(
          "gopherproxy.meulie.net", Map.of("lo", "127.0.0.0/8"),
          "medium-sized-company", Map.of("lo", "127.0.0.0/8", "eth0", "172.16.2.0/24"),
          "openvpn.eu", Map.of("eth0", "192.168.0.0/24", "eth1", "192.168.2.0/24"));

  private final List<String> problems = new ArrayList<>();
  private int printed;
  private int bounded;

  private Corpora() {}

  /**
   * Looks through a folder.
   *
   * @param arguments the folder
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1 || !Files.isDirectory(Path.of(arguments[0]))) {
      throw new IllegalArgumentException("no folder is named; name one with -Dcorpora=FOLDER");
    }
    Corpora corpora = new Corpora();
    try (Stream<Path> files = Files.walk(Path.of(arguments[0]))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        corpora.look(file);
      }
    }
    corpora.problems.forEach(System.out::println);
    System.out.printf(
        "%d rulesets printed as they were read, %d held against bounds, %d problems%n",
        corpora.printed, corpora.bounded, corpora.problems.size());
    if (!corpora.problems.isEmpty() || corpora.printed == 0) {
      System.exit(1);
    }
  }

  private void look(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(LOWER)) {
      holdAgainstBounds(file);
    } else if (!name.endsWith(".upper") && !name.endsWith(".md") && !name.endsWith(".t")) {
      print(file);
    }
  }

  private void print(Path file) throws IOException {
    String text = Files.readString(file);
    try {
      if (!RulesetText.render(RulesetText.read(text)).equals(text)) {
        problems.add(file + ": is not printed as it was read");
      }
      printed++;
    } catch (FwctlException e) {
      problems.add(file + ": " + e.getMessage());
    }
  }

  private void holdAgainstBounds(Path lower) throws IOException {
    String name = lower.toString().substring(0, lower.toString().length() - LOWER.length());
    String chain = name.endsWith(".FWD") ? "FORWARD" : "INPUT";
    Path dump = Path.of(name.substring(0, name.lastIndexOf(".Ln.")));
    Optional<Packet> violation =
        Bounds.violation(
            RulesetText.parse(Files.readString(dump)),
            chain,
            networks(dump),
            Files.readString(lower),
            Files.readString(Path.of(name + ".upper")));
    violation.ifPresent(packet -> problems.add(name + ": out of bounds is " + packet));
    bounded++;
  }

  private static Map<String, IpPrefix> networks(Path dump) {
    Map<String, IpPrefix> networks = new TreeMap<>();
    NETWORKS
        .getOrDefault(Objects.requireNonNull(dump.getParent()).getFileName().toString(), Map.of())
        .forEach((name, prefix) -> networks.put(name, IpPrefix.of(prefix)));
    return networks;
  }
}
