package dev.fwctl.plugin.iptables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Peers;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Target;
import dev.fwctl.spi.Execution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts run by a real shell, with commands that only write down what they are asked. */
class ChangeScriptTest {
  private static final String V4 = "$ iptables-nft-restore --noflush --wait=30";
  private static final String V6 = "$ ip6tables-nft-restore --noflush --wait=30";

  @TempDir Path folder;
  private FakeTools tools;

  @BeforeEach
  void makeTools() {
    tools =
        new FakeTools(folder)
            .withRecorder("iptables-nft-restore")
            .withRecorder("ip6tables-nft-restore")
            .withRecorder("iptables-legacy-restore")
            .withRecorder("ip6tables-legacy-restore")
            .withRecorder("ipset")
            .with("sleep", "exit 0");
  }

  private static OwnedRules rules(DefaultAction fallback, int sources) {
    Peers many =
        new Peers(
            List.of("many"),
            AddressSet.ofPrefixes(
                IntStream.range(0, sources)
                    .mapToObj(i -> IpPrefix.of("10." + i / 100 + "." + 2 * (i % 100) + ".0/24"))
                    .toList()));
    return rules(fallback, many);
  }

  private static OwnedRules rules(DefaultAction fallback, Peers sources) {
    return new IptablesBackend()
        .lower(
            Hosts.inbound(
                fallback,
                List.of(),
                List.of(Hosts.entry(12, new HostIntent.Target.Everything(), sources)),
                List.of()),
            Hosts.docker());
  }

  private static String script(OwnedRules from, OwnedRules to) {
    return new IptablesBackend().change(from, to);
  }

  /** Returns the commands of a journal in their order, with the tables that they were given. */
  private static List<String> commands(String journal) {
    List<String> commands = new ArrayList<>();
    for (String line : journal.lines().toList()) {
      if (line.startsWith("$ ")) {
        commands.add(line);
      } else if (line.startsWith("*")) {
        commands.set(commands.size() - 1, commands.getLast() + " " + line);
      }
    }
    return commands;
  }

  @Test
  void triesBothFamiliesBeforeItChangesAny() {
    Execution execution = tools.run(script(OwnedRules.none(), rules(DefaultAction.DROP, 1)));
    assertThat(execution).isEqualTo(new Execution(0, "", ""));
    assertThat(commands(tools.journal()))
        .containsExactly(
            V4 + " --test *mangle", V6 + " --test *mangle", V4 + " *mangle", V6 + " *mangle");
  }

  @Test
  void makesWhatRejectsBeforeWhatMarksAndTakesItAwayAfter() {
    OwnedRules drop = rules(DefaultAction.DROP, 1);
    OwnedRules reject = rules(DefaultAction.REJECT, 1);
    assertThat(tools.run(script(OwnedRules.none(), reject)).exitStatus()).isZero();
    assertThat(commands(tools.journal()).stream().filter(command -> !command.contains("--test")))
        .containsExactly(
            V4 + " *security",
            V4 + " *filter",
            V4 + " *mangle",
            V6 + " *security",
            V6 + " *filter",
            V6 + " *mangle");
    assertThat(tools.run(script(reject, drop)).exitStatus()).isZero();
    assertThat(commands(tools.journal()).stream().filter(command -> !command.contains("--test")))
        .containsExactly(
            V4 + " *mangle",
            V6 + " *mangle",
            V4 + " *filter",
            V4 + " *security",
            V6 + " *filter",
            V6 + " *security");
  }

  @Test
  void namesNoChainThatIsNotOurs() {
    OwnedRules reject = rules(DefaultAction.REJECT, 100);
    for (String script :
        List.of(
            script(OwnedRules.none(), reject),
            script(reject, OwnedRules.none()),
            script(reject, rules(DefaultAction.DROP, 3)))) {
      assertThat(script.lines().filter(line -> line.startsWith(":")))
          .isNotEmpty()
          .allMatch(line -> line.startsWith(":FWCTL-"));
      assertThat(script.lines().filter(line -> line.startsWith("-X")))
          .allMatch(line -> line.startsWith("-X FWCTL-"));
      assertThat(script.lines().filter(line -> line.startsWith("-A")))
          .allMatch(line -> line.startsWith("-A FWCTL-"));
      assertThat(script.lines().filter(line -> line.startsWith("-D")))
          .allMatch(line -> line.matches("-D [A-Z-]+ .* -j FWCTL-[A-Z]+"));
    }
  }

  @Test
  void touchesNothingWhenADryRunIsRefused() {
    tools.fail("ip6tables-nft-restore *--test");
    Execution execution = tools.run(script(OwnedRules.none(), rules(DefaultAction.DROP, 100)));
    assertThat(execution.exitStatus()).isEqualTo(ChangeScript.REFUSED);
    assertThat(execution.errors())
        .endsWith(
            "fwctl: the IPv6 table mangle, in a dry run, was refused: ip6tables-nft-restore: no"
                + " luck\n");
    assertThat(commands(tools.journal()))
        .satisfiesExactly(
            made -> assertThat(made).isEqualTo("$ ipset restore"),
            one -> assertThat(one).isEqualTo(V4 + " --test *mangle"),
            other -> assertThat(other).isEqualTo(V6 + " --test *mangle"),
            asked -> assertThat(asked).startsWith("$ ipset list -n fwctl-"),
            taken -> assertThat(taken).startsWith("$ ipset destroy fwctl-"));
  }

  @Test
  void putsBackWhatWasTakenWhenALaterTableIsRefused() {
    OwnedRules before = rules(DefaultAction.DROP, Hosts.peers("10.0.2.0/24", "2001:db8:2::/48"));
    OwnedRules after = rules(DefaultAction.DROP, Hosts.peers("10.0.4.0/24", "2001:db8:4::/48"));
    tools.fail("ip6tables-nft-restore --noflush --wait=30");
    Execution execution = tools.run(script(before, after));
    assertThat(execution.exitStatus()).isEqualTo(ChangeScript.UNDONE);
    assertThat(execution.errors())
        .endsWith("fwctl: the IPv6 table mangle was refused: ip6tables-nft-restore: no luck\n");
    String journal = tools.journal();
    assertThat(commands(journal))
        .containsExactly(
            V4 + " --test *mangle",
            V6 + " --test *mangle",
            V4 + " *mangle",
            V6 + " *mangle",
            V4 + " *mangle");
    String last = journal.substring(journal.lastIndexOf(V4));
    assertThat(last)
        .contains("-D PREROUTING -m comment --comment \"fwctl hook\" -j FWCTL-PREROUTING")
        .contains("-I PREROUTING 1 -m comment --comment \"fwctl hook\" -j FWCTL-PREROUTING")
        .contains("10.0.2.0/24")
        .doesNotContain("10.0.4.0/24");
  }

  @Test
  void saysWhenItCouldNotPutBack() {
    tools.fail("ip6tables-nft-restore --noflush --wait=30", "iptables-nft-restore undo");
    tools.with(
        "iptables-nft-restore",
        """
        case "$*" in *--test*) cat > /dev/null; exit 0 ;; esac
        if grep -q '^-D' ; then echo "no luck at all" >&2; exit 1; fi
        exit 0
        """);
    Execution execution = tools.run(script(OwnedRules.none(), rules(DefaultAction.DROP, 1)));
    assertThat(execution.exitStatus()).isEqualTo(ChangeScript.BROKEN);
    assertThat(execution.errors())
        .contains("fwctl: what was there could not be put back: no luck at all");
  }

  @Test
  void makesSetsFirstAndTakesOldOnesAwayLast() {
    OwnedRules before = rules(DefaultAction.DROP, 100);
    OwnedRules after = rules(DefaultAction.DROP, 101);
    String old = before.sets().getFirst().name();
    String fresh = after.sets().getFirst().name();
    assertThat(tools.run(script(before, after)).exitStatus()).isZero();
    String journal = tools.journal();
    assertThat(journal)
        .contains("create " + fresh + " hash:net family inet hashsize 1024 maxelem 65536\n")
        .contains("add " + fresh + " 10.1.0.0/24\n");
    assertThat(commands(journal))
        .containsExactly(
            "$ ipset restore", V4 + " --test *mangle", V4 + " *mangle", "$ ipset destroy " + old);
  }

  @Test
  void waitsForTheKernelToLetGoOfASet() {
    OwnedRules before = rules(DefaultAction.DROP, 100);
    tools.with(
        "ipset",
        """
        folder=${0%/*}
        echo x >> "$folder/tries"
        [ $(wc -l < "$folder/tries") -gt 3 ]
        """);
    Execution execution = tools.run(script(before, OwnedRules.none()));
    assertThat(execution).isEqualTo(new Execution(0, "", ""));
    assertThat(folder.resolve("tries")).hasContent("x\nx\nx\nx");
  }

  @Test
  void swapsInASetThatWasChangedByHand() {
    OwnedRules wanted = rules(DefaultAction.DROP, 100);
    NamedSet set = wanted.sets().getFirst();
    OwnedRules drifted =
        new OwnedRules(
            wanted.tables(),
            List.of(new NamedSet(set.name(), Family.IPV4, AddressSet.of(IpPrefix.of("9.9.9.9")))));
    assertThat(tools.run(script(drifted, wanted)).exitStatus()).isZero();
    assertThat(commands(tools.journal()))
        .containsExactly(
            "$ ipset restore",
            "$ ipset swap fwctl-swap-0 " + set.name(),
            "$ ipset destroy fwctl-swap-0");
  }

  @Test
  void writesToTheKindOfIptablesThatIsMeant() {
    OwnedTable table = rules(DefaultAction.DROP, 1).tables().getFirst();
    OwnedTable legacy =
        new OwnedTable(table.family(), Variant.LEGACY, table.name(), table.chains(), table.hooks());
    OwnedRules nft = new OwnedRules(List.of(table), List.of());
    OwnedRules old = new OwnedRules(List.of(legacy), List.of());
    assertThat(tools.run(script(old, nft)).exitStatus()).isZero();
    assertThat(commands(tools.journal()).subList(2, 4))
        .containsExactly(V4 + " *mangle", V4.replace("nft", "legacy") + " *mangle");
  }

  @Test
  void takesThePlainCommandWhenItIsOfTheRightKind() {
    FakeTools bare =
        new FakeTools(folder.resolve("bare"))
            .withFolder()
            .withRecorder("iptables-restore")
            .withRecorder("ip6tables-restore")
            .with("iptables", "echo 'iptables v1.6.1'")
            .with("ip6tables", "echo 'ip6tables v1.6.1'");
    assertThat(bare.run(script(OwnedRules.none(), legacy(rules(DefaultAction.DROP, 1)))))
        .isEqualTo(new Execution(0, "", ""));
    assertThat(commands(bare.journal())).contains("$ iptables-restore --noflush --wait=30 *mangle");
    Execution wrong = bare.run(script(OwnedRules.none(), rules(DefaultAction.DROP, 1)));
    assertThat(wrong.exitStatus()).isEqualTo(ChangeScript.REFUSED);
    assertThat(wrong.errors()).isEqualTo("fwctl: iptables of the kind nft is not installed\n");
  }

  private static OwnedRules legacy(OwnedRules rules) {
    return new OwnedRules(
        rules.tables().stream()
            .map(
                table ->
                    new OwnedTable(
                        table.family(),
                        Variant.LEGACY,
                        table.name(),
                        table.chains(),
                        table.hooks()))
            .toList(),
        rules.sets());
  }

  @Test
  void doesNothingWhenNothingIsToBeDone() {
    OwnedRules rules = rules(DefaultAction.REJECT, 100);
    assertThat(tools.run(script(rules, rules))).isEqualTo(new Execution(0, "", ""));
    assertThat(tools.journal()).isEmpty();
  }

  @Test
  void goesToItsEndWhenTheConnectionBreaks() {
    tools.with(
        "iptables-nft-restore",
        "cat > /dev/null\nkill -HUP $PPID\nkill -TERM $PPID\nkill -PIPE $PPID\nexit 0");
    assertThat(tools.run(script(OwnedRules.none(), rules(DefaultAction.DROP, 1))).exitStatus())
        .isZero();
    assertThat(commands(tools.journal())).contains(V6 + " *mangle");
  }

  /** A script that breaks off is not run at all, wherever it breaks off. */
  @Test
  void doesNothingWhenItArrivesInPart() {
    String script = script(OwnedRules.none(), rules(DefaultAction.DROP, 1));
    for (int length = script.length() - 2; length > 0; length -= 97) {
      tools.run(script.substring(0, length));
    }
    tools.run(script.substring(0, script.length() - 2));
    assertThat(tools.journal()).isEmpty();
  }

  /** Words that somebody wrote into our chains go back as they were and never become commands. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "$(touch here) `touch here`",
        "'; touch here; '",
        "\\\"; touch here; \\\"",
        "FWCTL-END",
        "${HOME} \\\\ %s"
      })
  void leavesForeignWordsAlone(String words) {
    Rule hostile =
        new Rule(
            List.of(new Match.Unknown("-m string --string \"" + words + "\" --algo bm")),
            Optional.of(new Target.Jump("FWCTL-INBOUND")),
            Optional.of(words));
    OwnedRules from =
        new OwnedRules(
            List.of(
                new OwnedTable(
                    Family.IPV4,
                    Variant.NFT,
                    "mangle",
                    List.of(new Chain("FWCTL-INBOUND", Optional.empty(), List.of(hostile))),
                    List.of(new Hook("INPUT", 3, hostile)))),
            List.of());
    tools.fail("iptables-nft-restore --noflush --wait=30");
    tools.run(script(from, OwnedRules.none()));
    assertThat(tools.journal()).contains(words);
    assertThat(folder.resolve("here")).doesNotExist();
    assertThat(Path.of("here")).doesNotExist();
  }

  @Test
  void refusesForeignWordsThatWouldMakeLinesOfTheirOwn() {
    Rule hostile =
        new Rule(
            List.of(),
            Optional.of(new Target.Jump("FWCTL-INBOUND")),
            Optional.of("x\nCOMMIT\n*filter\n-F"));
    OwnedRules from =
        new OwnedRules(
            List.of(
                new OwnedTable(
                    Family.IPV4,
                    Variant.NFT,
                    "mangle",
                    List.of(),
                    List.of(new Hook("INPUT", 1, hostile)))),
            List.of());
    assertThatThrownBy(() -> script(from, OwnedRules.none()))
        .isInstanceOfSatisfying(
            FwctlException.class,
            failure ->
                assertThat(failure.problems().getFirst().code())
                    .isEqualTo(ErrorCode.UNENFORCEABLE));
  }
}
