package dev.fwctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  /** Nobody listens on port 1 of the loopback interface. */
  private static final String INVENTORY =
      """
      web:
        hosts:
          web-01: {ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: root, ansible_ssh_retries: 0}
      """;

  private static final String POLICY =
      """
      fwctl: 1
      sources:
        office: [203.0.113.0/24]
      policies:
        shop:
          hosts: web
          inbound:
            default: drop
            allow:
              - {to: host, port: 22/tcp, from: office}
      """;

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void makeRepository() throws IOException {
    Files.createDirectories(folder.resolve("inventories"));
    Files.createDirectories(folder.resolve("policies"));
    Files.writeString(folder.resolve("inventories/hosts.yml"), INVENTORY);
    Files.writeString(folder.resolve("policies/shop.yml"), POLICY);
  }

  private int run(String... arguments) {
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            false);
    return Main.run(terminal, folder, arguments);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"validate", "facts", "plan", "show", "apply", "drift", "lab", "demo"})
  void everyCommandHelpsWithinAScreensWidth(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out().lines()).isNotEmpty().allMatch(line -> line.length() <= 80);
  }

  @Test
  void saysThatARepositoryIsValid() {
    assertThat(run("validate")).isZero();
    assertThat(out()).isEqualTo("Valid: 1 policy in 1 document, for 1 host.\n");
  }

  @Test
  void showsEveryErrorWithItsPlace() throws IOException {
    Files.writeString(
        folder.resolve("policies/shop.yml"),
        POLICY.replace("from: office", "from: ofice").replace("hosts: web", "hosts: webb"));

    assertThat(run("validate")).isEqualTo(1);
    assertThat(err())
        .contains("policies/shop.yml:6:12: error:", "'webb'")
        .contains("policies/shop.yml:10:42: error: unknown source 'ofice'")
        .contains("did you mean 'office'?");
    assertThat(out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plan --limt web",
        "frobnicate",
        "plan --parallelism many",
        "plan --parallelism 0",
        ""
      })
  void usageErrorsEndWith64(String line) {
    assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(64);
    assertThat(err())
        .startsWith("error: ")
        .contains("[FW001]", "hint: ", "--help' tells how to use it")
        .hasLineCount(2);
  }

  @Test
  void usageErrorsNameWhatWasMeant() {
    assertThat(run("plan", "--paralelism", "3")).isEqualTo(64);
    assertThat(err())
        .isEqualTo(
            """
            error: unknown option '--paralelism' [FW001]
              hint: did you mean '--parallelism'? 'fwctl plan --help' tells how to use it
            """);
    err.reset();
    assertThat(run("pln")).isEqualTo(64);
    assertThat(err()).contains("unknown command 'pln'", "did you mean 'plan'?");
    err.reset();
    assertThat(run("plan", "web")).isEqualTo(64);
    assertThat(err()).contains("there is no place for the argument 'web'");
    err.reset();
    assertThat(run("lab", "upp")).isEqualTo(64);
    assertThat(err()).contains("unknown command 'upp'", "'fwctl lab --help'");
  }

  @Test
  void usageErrorsAreEventsToo() {
    assertThat(run("plan", "--json", "--limt", "web")).isEqualTo(64);
    assertThat(err()).isEmpty();
    assertThat(out())
        .contains("\"type\":\"diagnostic\"", "unknown option '--limt'")
        .hasLineCount(2);
    assertThat(out().lines().findFirst().orElseThrow()).contains("\"type\":\"version\"");
  }

  @Test
  void theHelpOfACommandIsWholeSentencesAlsoInTheListOfAll() {
    for (String line : List.of("--help", "lab --help")) {
      out.reset();
      assertThat(run(line.split(" "))).isZero();
      assertThat(out()).doesNotContainPattern("(?m)^ .*:$");
    }
  }

  @Test
  void reportsAHostThatCanNotBeReached() {
    assertThat(run("plan")).isEqualTo(4);
    assertThat(out()).contains("! web-01: left alone", "1 unreachable");
  }

  @Test
  void bearsHostsThatCanNotBeReachedWhenAsked() {
    assertThat(run("plan", "--allow-unreachable", "100%")).isZero();
  }

  @Test
  void doesNotApplyWhereNobodyCanBeAsked() {
    assertThat(run("apply")).isEqualTo(64);
    assertThat(err()).contains("--auto-approve");
  }

  @Test
  void printsOneJsonEventALine() {
    assertThat(run("plan", "--json")).isEqualTo(4);
    assertThat(out().lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("{\"@level\":") && line.endsWith("}"));
    assertThat(out().lines().findFirst().orElseThrow()).contains("\"type\":\"version\"");
  }

  @Test
  void printsErrorsAsEventsToo() {
    assertThat(run("plan", "--json", "--limit", "nobody")).isEqualTo(1);
    assertThat(out()).contains("\"type\":\"diagnostic\"", "\"@level\":\"error\"");
  }

  @Test
  void anUnknownHostPatternIsAnError() {
    assertThat(run("plan", "--limit", "wbe")).isEqualTo(1);
    assertThat(err()).contains("'wbe' is neither a group nor a host, in --limit");
  }

  @Test
  void savesAPlanAndShowsItAgain() {
    assertThat(run("plan", "--out", "x.fwplan")).isEqualTo(4);
    String planned = out();
    assertThat(planned).endsWith("Saved to x.fwplan; carry it out with: fwctl apply x.fwplan\n");
    out.reset();

    assertThat(run("show", "x.fwplan")).isZero();
    assertThat(out())
        .startsWith("Planned ")
        .endsWith(planned.substring(0, planned.indexOf("Saved to")));
    out.reset();
    assertThat(run("show", "x.fwplan", "--json")).isZero();
    assertThat(out().lines()).hasSize(4);
    assertThat(run("show", "x.fwplan", "--json", "--markdown")).isEqualTo(64);
  }

  @Test
  void aSavedPlanIsAppliedWithoutAsking() {
    assertThat(run("plan", "--out", "x.fwplan", "--allow-unreachable", "1")).isZero();
    out.reset();

    assertThat(run("apply", "x.fwplan")).isZero();
    assertThat(out()).contains("! web-01: left alone", "The plan has no changes.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-p policies",
        "--limit web",
        "--exclude web",
        "--allow-unreachable 1",
        "--all-rules"
      })
  void aSavedPlanTakesNoPlanningOptions(String option) {
    assertThat(run(("apply x.fwplan " + option).split(" "))).isEqualTo(64);
    assertThat(err())
        .contains(" is for planning, and a saved plan is carried out as", "hint: leave it out");
  }

  @Test
  void whatIsNoSavedPlanIsRefused() throws IOException {
    assertThat(run("show", "no.fwplan")).isEqualTo(1);
    assertThat(err()).contains("there is no such file", "fwctl plan --out no.fwplan");
    assertThat(run("apply", "inventories/hosts.yml")).isEqualTo(1);
    assertThat(err()).contains("inventories/hosts.yml is not a saved plan");
  }

  @Test
  void aPlanIsNotSavedOverSomethingElse() {
    assertThat(run("plan", "--out", "inventories/hosts.yml")).isEqualTo(1);
    assertThat(err()).contains("not a saved plan");
    assertThat(folder.resolve("inventories/hosts.yml")).hasContent(INVENTORY);
    assertThat(out()).isEmpty();
  }

  @Test
  void readsSettings() throws IOException {
    Files.move(folder.resolve("policies"), folder.resolve("rules"));
    Files.writeString(folder.resolve("fwctl.yml"), "policies: rules\n");

    assertThat(run("validate")).isZero();
  }

  @Test
  void refusesSettingsThatItDoesNotKnow() throws IOException {
    Files.writeString(folder.resolve("fwctl.yml"), "polices: rules\n");

    assertThat(run("validate")).isEqualTo(1);
    assertThat(err()).contains("fwctl.yml:1:1", "did you mean 'policies'?");
  }
}
