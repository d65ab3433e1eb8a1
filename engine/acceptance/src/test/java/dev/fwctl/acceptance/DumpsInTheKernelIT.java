package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.model.Family;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the model says of a dump is what the kernel holds: written anew, it is the same rules to
 * every iptables from 1.8.7 to 1.8.13, of both kinds.
 */
@OnLab
class DumpsInTheKernelIT {
  private static final Path DUMPS = Path.of("../model/src/test/resources/dumps");

  private static final List<String> RELEASES = List.of("bullseye", "bookworm", "trixie", "sid");

  @SuppressWarnings("NullAway.Init")
  private static Lab lab;

  @BeforeAll
  static void bringUp() {
    List<HostSpec> hosts = new ArrayList<>();
    for (String release : RELEASES) {
      hosts.add(HostSpec.plain(release + "-nft", release));
      hosts.add(HostSpec.plain(release + "-legacy", release).onLegacyIptables());
    }
    lab =
        Lab.up(LabSpec.of("dumps" + ProcessHandle.current().pid(), hosts.toArray(HostSpec[]::new)));
    for (HostSpec host : hosts) {
      lab.script(
          host.name(), "ipset create office hash:net; ipset create office6 hash:net family inet6");
    }
  }

  @AfterAll
  static void takeDown() {
    lab.close();
  }

  static Stream<String> dumps() {
    return RELEASES.stream()
        .flatMap(release -> Stream.of(release + "-nft", release + "-legacy"))
        .flatMap(host -> Stream.of(host + "-iptables", host + "-ip6tables"));
  }

  @ParameterizedTest
  @MethodSource("dumps")
  void isTheSameToTheKernelWhenWrittenAnew(String dump) throws IOException {
    String host = dump.substring(0, dump.lastIndexOf('-'));
    String command = dump.substring(host.length() + 1);
    Family family = command.equals("iptables") ? Family.IPV4 : Family.IPV6;
    String printed = Files.readString(DUMPS.resolve(dump + ".txt"));

    String held = restored(host, command, printed);
    assertThat(rules(held)).isEqualTo(rules(printed));
    assertThat(RulesetText.render(RulesetText.read(held))).isEqualTo(held);

    String anew = RulesetText.render(family, RulesetText.parse(printed));
    assertThat(anew).isNotEqualTo(printed);
    assertThat(tables(restored(host, command, anew))).isEqualTo(tables(printed));
  }

  /** Empties the tables, restores a text and returns what is there then. */
  private static String restored(String host, String command, String text) {
    return lab.script(
        host,
        """
        for table in raw mangle nat filter; do
          %1$s -t $table -F
          %1$s -t $table -X
        done
        %1$s-restore << 'END-OF-RULES'
        %2$sEND-OF-RULES
        %1$s-save
        """
            .formatted(command, text));
  }

  /** Returns the tables in a fixed order: they come in that in which they were made. */
  private static List<Table> tables(String text) {
    return RulesetText.parse(text).stream().sorted(Comparator.comparing(Table::name)).toList();
  }

  /** Returns the rules by table, chain and place, without counters. */
  private static List<String> rules(String text) {
    List<String> rules = new ArrayList<>();
    String table = "";
    for (String line : text.lines().toList()) {
      if (line.startsWith("*")) {
        table = line;
      } else if (!line.startsWith("#") && !line.equals("COMMIT")) {
        rules.add(table + " " + line.replaceAll("^\\[[0-9:]*\\] | \\[[0-9:]*\\]$", ""));
      }
    }
    rules.sort(Comparator.comparing(rule -> rule.substring(0, rule.indexOf(' '))));
    return rules;
  }
}
