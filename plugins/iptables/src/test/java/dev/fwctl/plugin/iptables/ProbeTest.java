package dev.fwctl.plugin.iptables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.HiddenTable;
import dev.fwctl.model.FirewallFacts.Tool;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.ProbeAnswer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The probe run by a real shell on hosts that are folders of pretended commands, and its answer
 * read.
 */
class ProbeTest {
  private static final String MANGLE =
      """
      *mangle
      :PREROUTING ACCEPT [0:0]
      :FWCTL-PREROUTING - [0:0]
      -A PREROUTING -m comment --comment "fwctl hook" -j FWCTL-PREROUTING
      -A FWCTL-PREROUTING -i eth0 -j RETURN
      COMMIT
      """;

  /** The fingerprint of nothing: SHA-256 of no bytes. */
  private static final String NOTHING =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  @TempDir Path folder;
  private FakeTools tools;
  private Probe probe;

  @BeforeEach
  void makeHost() throws IOException {
    Path commands = Files.createDirectory(folder.resolve("commands"));
    Files.createDirectory(folder.resolve("net"));
    Files.createDirectories(folder.resolve("module/ip_set"));
    probe = new Probe(folder.resolve("net").toString(), folder.resolve("module").toString());
    tools = new FakeTools(commands);
  }

  private void install(String version) {
    tools
        .with("iptables", "echo '" + version + "'")
        .with("iptables-save", print("rules4"))
        .with("ip6tables-save", print("rules6"))
        .with("iptables-nft-save", print("nft4"))
        .with("ip6tables-nft-save", print("nft6"))
        .with("iptables-legacy-save", print("legacy4"))
        .with("ip6tables-legacy-save", print("legacy6"));
  }

  /** A command that tells that it was called, and prints a file when there is one. */
  private static String print(String file) {
    return "echo "
        + file
        + " >> \"${0%/*}/calls\"; [ ! -e \"${0%/*}/"
        + file
        + "\" ] || cat \"${0%/*}/"
        + file
        + "\"";
  }

  private FirewallFacts facts() {
    Execution execution = tools.run(probe.everything());
    return new IptablesGatherer()
        .parse(new ProbeAnswer(execution.exitStatus(), execution.output(), execution.errors()));
  }

  /** Returns the fingerprint that the host makes, which is the one that we make. */
  private String fingerprint() {
    Execution execution = tools.run(probe.fingerprint());
    assertThat(execution.exitStatus()).isZero();
    assertThat(execution.output()).matches("[0-9a-f]{64}\n").isEqualTo(facts().ownDigest() + "\n");
    return execution.output().strip();
  }

  @Test
  void runsEachSaveOnceAndLegacyNotAtAllWhereItHasNoTables() {
    install("iptables v1.8.9 (nf_tables)");
    tools.write("rules4", MANGLE);
    FirewallFacts facts = facts();
    assertThat(folder.resolve("commands/calls")).hasContent("rules4\nrules6");
    assertThat(facts.tools())
        .containsExactly(new Tool(Variant.NFT, "1.8.9"), new Tool(Variant.LEGACY, "1.8.9"));
    assertThat(facts.ip6tables()).isTrue();
    assertThat(facts.ipset()).isFalse();
    assertThat(facts.rulesets())
        .extracting(Ruleset::family, Ruleset::variant)
        .containsExactly(tuple(Family.IPV4, Variant.NFT));
    assertThat(facts.ownDigest()).isEqualTo(fingerprint());
  }

  @Test
  void readsLegacyTablesWhereThereAreAny() {
    install("iptables v1.8.9 (nf_tables)");
    tools.write("legacy6", "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n");
    tools.write("../net/ip_tables_names", "");
    tools.write("../net/ip6_tables_names", "nat\n");
    assertThat(facts().rulesets())
        .extracting(Ruleset::family, Ruleset::variant)
        .containsExactly(tuple(Family.IPV6, Variant.LEGACY));
    assertThat(folder.resolve("commands/calls")).hasContent("rules4\nrules6\nlegacy6");
  }

  @Test
  void readsNftTablesBesideLegacyOnes() {
    install("iptables v1.8.9 (legacy)");
    tools.write("../net/ip_tables_names", "filter\n");
    tools.write("rules4", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n");
    tools.write("nft4", "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n");
    FirewallFacts facts = facts();
    assertThat(facts.tools().getFirst().variant()).isEqualTo(Variant.LEGACY);
    assertThat(facts.rulesets())
        .extracting(Ruleset::family, Ruleset::variant)
        .containsExactly(tuple(Family.IPV4, Variant.LEGACY), tuple(Family.IPV4, Variant.NFT));
  }

  @Test
  void knowsIptablesThatDoesNotNameItsKind() {
    tools.with("iptables", "echo 'iptables v1.6.1'").with("iptables-save", "exit 0");
    FirewallFacts facts = facts();
    assertThat(facts.tools()).containsExactly(new Tool(Variant.LEGACY, "1.6.1"));
    assertThat(facts.ip6tables()).isFalse();
  }

  @Test
  void takesAKernelWithoutNfTablesForOneWithoutSuchRules() {
    install("iptables v1.8.9 (legacy)");
    tools.with(
        "iptables-nft-save",
        "echo 'iptables-nft-save: Failed to initialize nft: Protocol not supported' >&2; exit 1");
    tools.with("ip6tables-nft-save", "echo 'Protocol not supported' >&2; exit 1");
    assertThat(facts().rulesets()).isEmpty();
  }

  @Test
  void tellsAHostWithoutIptables() {
    FirewallFacts facts = facts();
    assertThat(facts.tools()).isEmpty();
    assertThat(facts.rulesets()).isEmpty();
    assertThat(new IptablesBackend().obstacles(Hosts.facts(facts, Hosts.dockerRunning(), true)))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.code()).isEqualTo(ErrorCode.HOST_UNSUITABLE);
              assertThat(problem.message()).contains("not installed");
            });
  }

  @Test
  void takesFailureForFailureAndNotForAnEmptyFirewall() {
    install("iptables v1.8.9 (nf_tables)");
    tools.with("ip6tables-save", "echo 'Permission denied' >&2; exit 4");
    assertThatThrownBy(this::facts)
        .isInstanceOfSatisfying(
            FwctlException.class,
            failure ->
                assertThat(failure.problems().getFirst().code())
                    .isEqualTo(ErrorCode.HOST_UNSUITABLE));
    assertThat(tools.run(probe.fingerprint()).exitStatus()).isNotZero();
  }

  @Test
  void seesTablesThatCanNotBeShown() {
    install("iptables v1.8.9 (nf_tables)");
    tools.write("rules4", "# Table `mangle' is incompatible, use 'nft' tool.\n");
    FirewallFacts facts = facts();
    assertThat(facts.hidden()).containsExactly(new HiddenTable(Family.IPV4, "mangle"));
    assertThat(new IptablesBackend().obstacles(Hosts.facts(facts, Hosts.dockerRunning(), true)))
        .hasSize(1);
  }

  @Test
  void seesLegacyTablesThatNoToolCanRead() {
    tools
        .with("iptables", "echo 'iptables v1.8.9 (nf_tables)'")
        .with("iptables-save", "exit 0")
        .with("ip6tables-save", "exit 0");
    tools.write("../net/ip_tables_names", "filter\n");
    FirewallFacts facts = facts();
    assertThat(facts.hidden()).containsExactly(new HiddenTable(Family.IPV4, "legacy"));
    assertThat(new IptablesBackend().warnings(Hosts.facts(facts, Hosts.dockerRunning(), true)))
        .isNotEmpty();
  }

  @Test
  void readsOurSetsAndNobodyElses() {
    install("iptables v1.8.9 (nf_tables)");
    tools.with(
        "ipset",
        """
        case "$*" in
          'list -n') printf 'crowdsec\\nfwctl-1\\nfwctl-2\\n' ;;
          'save fwctl-1')
            echo 'create fwctl-1 hash:net family inet hashsize 1024 maxelem 65536 initval 0x5d'
            echo 'add fwctl-1 192.0.2.0/24'
            echo 'add fwctl-1 10.0.0.1'
            ;;
          'save fwctl-2') echo 'create fwctl-2 hash:net family inet6 hashsize 1024 maxelem 65536' ;;
          *) exit 1 ;;
        esac
        """);
    FirewallFacts facts = facts();
    assertThat(facts.ipset()).isTrue();
    assertThat(facts.sets())
        .containsExactly(
            new NamedSet(
                "fwctl-1",
                Family.IPV4,
                AddressSet.of(IpPrefix.of("192.0.2.0/24"), IpPrefix.of("10.0.0.1"))),
            new NamedSet("fwctl-2", Family.IPV6, AddressSet.none()));
  }

  @Test
  void doesNotLoadTheKernelModuleToAskForSets() throws IOException {
    install("iptables v1.8.9 (nf_tables)");
    tools.with("ipset", "exit 1");
    Files.delete(folder.resolve("module/ip_set"));
    FirewallFacts facts = facts();
    assertThat(facts.ipset()).isTrue();
    assertThat(facts.sets()).isEmpty();
  }

  /** What others do on a host, and what packets do, is not ours. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-A PREROUTING -j MARK --set-xmark 0x1/0x1\nCOMMIT",
        "COMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n-A PREROUTING -j DOCKER\nCOMMIT",
        "-A PREROUTING -m comment --comment \"not FWCTL-INBOUND\" -j DROP\nCOMMIT"
      })
  void fingerprintsOnlyWhatIsOurs(String foreign) {
    install("iptables v1.8.9 (nf_tables)");
    tools.write("rules4", MANGLE);
    String before = fingerprint();
    tools.write(
        "rules4",
        MANGLE
            .replace("COMMIT", foreign)
            .replace("[0:0]", "[7:890]")
            .replace(":PREROUTING ACCEPT", ":PREROUTING DROP"));
    assertThat(fingerprint()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-A FWCTL-PREROUTING -j DROP\nCOMMIT",
        "-A PREROUTING -j FWCTL-PREROUTING\nCOMMIT",
        "-A PREROUTING -g FWCTL-PREROUTING\nCOMMIT",
        ":FWCTL-STRAY - [0:0]\nCOMMIT"
      })
  void fingerprintsAllThatIsOurs(String change) {
    install("iptables v1.8.9 (nf_tables)");
    tools.write("rules4", MANGLE);
    String before = fingerprint();
    tools.write("rules4", MANGLE.replace("COMMIT", change));
    assertThat(fingerprint()).isNotEqualTo(before).hasSize(64);
  }

  /** Who reads the answer has replaced what was no UTF-8 in it; the host has not. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gr\\303\\274n",
        "gr\\374n",
        "\\377\\376 \\303 \\303\\303\\274 \\360\\237\\230\\200\\200 \\355\\240\\200",
        "tab\\there\\r",
        "\\342\\200\\250 \\302\\205 \\177\\033[m"
      })
  void fingerprintsCommentsInAnyEncodingAsTheHostDoes(String comment) {
    install("iptables v1.8.9 (nf_tables)");
    tools.with(
        "iptables-save",
        "printf '%%s\\n' '*nat' ':POSTROUTING ACCEPT [0:0]' ':FWCTL-X - [0:0]'; printf -- '-A POSTROUTING -m comment --comment \"%s\" -j FWCTL-X\\n'; echo COMMIT"
            .formatted(comment));
    assertThat(fingerprint()).isNotEqualTo(NOTHING);
  }

  /** The command of the probe ends with a line that must not be missing. */
  @Test
  void refusesAnAnswerThatBrokeOff() {
    install("iptables v1.8.9 (nf_tables)");
    tools.write("rules4", MANGLE);
    String output = tools.run(probe.everything()).output();
    assertThat(output).endsWith("@end\n");
    String cut = output.substring(0, output.length() - "@end\n".length());
    assertThatThrownBy(() -> new IptablesGatherer().parse(new ProbeAnswer(0, cut, "")))
        .isInstanceOf(FwctlException.class);
  }

  @Test
  void fingerprintsTheMembersOfSetsInAnyOrder() {
    install("iptables v1.8.9 (nf_tables)");
    String set =
        """
        case "$*" in
          'list -n') echo fwctl-1 ;;
          *)
            echo 'create fwctl-1 hash:net family inet hashsize 1024 initval 0x1'
            echo 'add fwctl-1 10.0.0.1'
            echo 'add fwctl-1 10.0.0.2'
            ;;
        esac
        """;
    tools.with("ipset", set);
    String before = fingerprint();
    tools.with(
        "ipset",
        set.replace("0x1'", "0x2'")
            .replace("10.0.0.1'", "10.0.0.9'")
            .replace("10.0.0.2'", "10.0.0.1'")
            .replace("10.0.0.9'", "10.0.0.2'"));
    assertThat(fingerprint()).isEqualTo(before);
    tools.with("ipset", set.replace("10.0.0.2'", "10.0.0.3'"));
    assertThat(fingerprint()).isNotEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "@default nonsense\n@end",
        "@default iptables v1.8.9 (nf_tables)\n@rules 5 nft\n@end",
        "@default iptables v1.8.9 (nf_tables)\n@rules 4 pf\n@end",
        "@default iptables v1.8.9 (nf_tables)\n@rules 4 nft\n*filter\n@end",
        "@default iptables v1.8.9 (nf_tables)\n@sets\nadd x y\n@end",
        "@default iptables v1.8.9 (nf_tables)\n@sets\nadd fwctl-1 10.0.0.1\n@end",
        "@default iptables v1.8.9 (nf_tables)\n@sets\nnonsense\n@end",
        "@default iptables v1.8.9 (nf_tables)\n"
      })
  void refusesAnswersThatMakeNoSense(String answer) {
    assertThatThrownBy(() -> new IptablesGatherer().parse(new ProbeAnswer(0, answer, "")))
        .isInstanceOfSatisfying(
            FwctlException.class,
            failure ->
                assertThat(failure.problems().getFirst().code())
                    .isEqualTo(ErrorCode.ANSWER_MALFORMED));
  }
}
