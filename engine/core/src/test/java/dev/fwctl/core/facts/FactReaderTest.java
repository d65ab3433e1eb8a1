package dev.fwctl.core.facts;

import static dev.fwctl.core.facts.FakeHosts.answering;
import static dev.fwctl.core.facts.FakeHosts.gatherer;
import static dev.fwctl.core.facts.FakeHosts.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.core.facts.FakeHosts.Text;
import dev.fwctl.model.BootFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Receipt;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.FactGatherer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FactReaderTest {
  private static final FactLimits SMALL =
      new FactLimits(Duration.ofSeconds(10), Duration.ofSeconds(20), 10_000, 1_000);

  private static HostReading.Gathered read(FactGatherer... gatherers) {
    return new FactReader(Arrays.asList(gatherers), SMALL).read(shell("/bin/sh"));
  }

  private static Text text(HostReading.Gathered read, String name) {
    return (Text) read.facts().facts().getOrDefault(name, new Text(-1, "missing", ""));
  }

  @Test
  void eachGathererGetsWhatItsOwnProbePrinted() {
    HostReading.Gathered read =
        read(
            gatherer("one", "echo 'first line'; printf 'no line end'; echo oops >&2; exit 3"),
            gatherer("two", "cat; echo \"$# $fwctl_status\""),
            gatherer("three", ":"));

    assertThat(read.missing()).isEmpty();
    assertThat(text(read, "one")).isEqualTo(new Text(3, "first line\nno line end", "oops\n"));
    assertThat(text(read, "two")).isEqualTo(new Text(0, "0 3\n", ""));
    assertThat(text(read, "three")).isEqualTo(new Text(0, "", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "if then 'unbalanced",
        "exit 7",
        "set -e; false",
        "kill -9 $(sh -c 'echo $PPID')",
        "no-such-command-here",
        "fwctl_token=x; PATH=/nowhere; cd /tmp; exec true",
        "${unset:?is not set}",
        "}; }; exit 9; ("
      })
  void aProbeThatFailsCostsOnlyItsOwnAnswer(String broken) {
    HostReading.Gathered read =
        read(
            gatherer("before", "echo before"),
            gatherer("broken", broken),
            gatherer("after", "echo after in $(pwd)"));

    assertThat(text(read, "before").output()).isEqualTo("before\n");
    assertThat(text(read, "after").output()).isEqualTo("after in /\n");
    assertThat(read.facts().facts()).containsKey("broken");
  }

  @Test
  void probesRunInAPlainEnvironment() {
    HostReading.Gathered read =
        read(
            gatherer("environment", "echo $LC_ALL $PATH; umask"),
            gatherer(
                "arguments",
                "tr '\\0' '\\n' </proc/$$/cmdline; tr '\\0' '\\n' </proc/self/environ"));

    assertThat(text(read, "environment").output())
        .isEqualTo("C /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n0077\n");
    assertThat(text(read, "arguments").output()).doesNotContain("fwctl_token", " begin ");
  }

  @Test
  void aScriptThatWasCutOffDoesNothing() {
    FactReader reader = new FactReader(List.of(gatherer("one", "echo did it >&2")), SMALL);

    assertThatThrownBy(
            () ->
                reader.read(
                    answering(
                        script -> {
                          String half =
                              script.text().substring(0, script.text().lastIndexOf("fwctl_facts"));
                          return shell("/bin/sh")
                              .execute(
                                  new dev.fwctl.spi.Script(
                                      half, script.timeLimit(), script.outputLimit()));
                        })))
        .isInstanceOf(FwctlException.class)
        .hasMessageNotContaining("did it");
  }

  @Test
  void noTwoReadingsShareAToken() {
    String[] scripts = new String[2];
    for (int i = 0; i < 2; i++) {
      int index = i;
      new FactReader(List.of(gatherer("one", ":")), SMALL)
          .read(
              answering(
                  script -> {
                    scripts[index] = script.text();
                    return shell("/bin/sh").execute(script);
                  }));
    }
    assertThat(token(scripts[0])).hasSizeGreaterThanOrEqualTo(32).isNotEqualTo(token(scripts[1]));
  }

  private static String token(String script) {
    Matcher matcher = Pattern.compile("fwctl_token=(\\w+)").matcher(script);
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  @Test
  void anAnswerThatIsTooLongCostsOnlyItsFact() {
    HostReading.Gathered read =
        read(
            gatherer("long", "i=0; while [ $i -lt 200 ]; do echo 0123456789; i=$((i+1)); done"),
            gatherer("short", "echo short"));

    assertThat(text(read, "short").output()).isEqualTo("short\n");
    assertThat(read.obstacles())
        .containsExactly(
            Problem.of(
                ErrorCode.LIMIT_EXCEEDED,
                "the answer about 'long' is longer than 1000 characters"));
  }

  @Test
  void anAnswerThatBreaksOffKeepsWhatIsWhole() {
    FactReader reader =
        new FactReader(
            List.of(gatherer("one", "echo 1"), gatherer("two", "echo 2"), gatherer("three", ":")),
            SMALL);

    HostReading.Gathered read =
        reader.read(
            answering(
                script -> {
                  Execution whole = shell("/bin/sh").execute(script);
                  String cut = whole.output().substring(0, whole.output().indexOf("\n2\n") + 1);
                  return new Execution(137, cut, whole.errors());
                }));

    assertThat(text(read, "one").output()).isEqualTo("1\n");
    assertThat(read.missing()).containsOnlyKeys("two", "three");
    assertThat(read.obstacles())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.ANSWER_MALFORMED, ErrorCode.ANSWER_MALFORMED);
  }

  @Test
  void aShellThatIsNoneIsSaidSo() {
    FactReader reader = new FactReader(List.of(gatherer("one", "echo 1")), SMALL);

    assertThatThrownBy(
            () ->
                reader.read(
                    answering(
                        script ->
                            new Execution(1, "This account is currently not available.\n", ""))))
        .isInstanceOf(FwctlException.class)
        .hasMessageContainingAll("status 1", "This account is currently not available.");
  }

  @Test
  void whatComesBeforeTheFirstProbeIsPassedOver() {
    HostReading.Gathered read =
        new FactReader(List.of(gatherer("one", "echo 1")), SMALL)
            .read(shell("/bin/sh", "-c", "echo Welcome to web-1; echo motd >&2; exec /bin/sh -s"));

    assertThat(text(read, "one")).isEqualTo(new Text(0, "1\n", ""));
  }

  @Test
  void aGathererThatStumblesCostsOnlyItsFact() {
    IllegalStateException mistake = new IllegalStateException("did not think of this");
    HostReading.Gathered read =
        read(
            gatherer(
                "stumbling",
                ":",
                answer -> {
                  throw mistake;
                }),
            gatherer(
                "deep",
                ":",
                answer -> {
                  throw new StackOverflowError();
                }),
            gatherer("good", "echo good"));

    assertThat(text(read, "good").output()).isEqualTo("good\n");
    assertThat(read.missing()).containsOnlyKeys("deep", "stumbling");
    assertThat(read.missing().get("stumbling"))
        .hasMessageContaining("did not think of this")
        .hasCause(mistake);
  }

  @Test
  void aReceiptIsAFactLikeAnyOther() {
    Receipt receipt =
        new Receipt(
            Instant.parse("2026-01-02T03:04:05.678Z"),
            "ann@laptop",
            "run-1",
            Optional.of("0123abcd"),
            true,
            "a".repeat(64),
            List.of("filter INPUT -j FWCTL-INPUT", "quote \" and \u001b and ✓"));

    HostReading.Gathered read = readOwn("receipt", new ReceiptFormat().write(receipt), 0);

    assertThat(read.facts().receipt()).contains(receipt);
    assertThat(read.warnings()).isEmpty();
  }

  @Test
  void aHostWithoutAReceiptIsAFineHost() {
    HostReading.Gathered read = readOwn("receipt", "", 0);

    assertThat(read.facts().receipt()).isEmpty();
    assertThat(read.missing()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not json",
        "{}",
        "[]",
        "null",
        "{\"fwctl\":2}",
        "{\"fwctl\":1,\"applied_at\":\"yesterday\",\"applied_by\":\"a\",\"run\":\"r\",\"dirty\":false,\"artifact\":\"\",\"rules\":[1]}",
        "{\"fwctl\":1,\"applied_at\":\"2026-01-02T03:04:05Z\",\"applied_by\":\"a\",\"run\":\"r\",\"dirty\":false,\"artifact\":\"\",\"rules\":[1]}",
        "{\"fwctl\":1} {\"fwctl\":1}",
        "\u001b[2J"
      })
  void aReceiptThatMakesNoSenseIsAWarning(String garbage) {
    HostReading.Gathered read = readOwn("receipt", garbage, 0);

    assertThat(read.facts().receipt()).isEmpty();
    assertThat(read.obstacles()).isEmpty();
    assertThat(read.warnings())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.ANSWER_MALFORMED);
  }

  @Test
  void aReceiptThatCanNotBeReadIsAWarning() {
    HostReading.Gathered read = readOwn("receipt", "", 1);

    assertThat(read.obstacles()).isEmpty();
    assertThat(read.warnings()).hasSize(1);
  }

  @Test
  void aHostTellsWhetherItLoadsOurRulesAtBoot() {
    assertThat(readOwn("boot", "loads\n", 0).facts().find(BootFacts.class))
        .contains(new BootFacts(true));
    assertThat(readOwn("boot", "forgets\n", 0).facts().find(BootFacts.class))
        .contains(new BootFacts(false));
    assertThat(readOwn("boot", "", 0).facts().find(BootFacts.class)).isEmpty();
  }

  @Test
  void whatIsToldOfBootAndMakesNoSenseIsAWarning() {
    HostReading.Gathered read = readOwn("boot", "perhaps\n", 0);

    assertThat(read.obstacles()).isEmpty();
    assertThat(read.warnings())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.ANSWER_MALFORMED);
  }

  /** Reads a host whose answer is what the test says, since the test has no root file system. */
  private static HostReading.Gathered readOwn(String name, String content, int status) {
    return new FactReader(List.of(gatherer("one", "echo 1")), SMALL)
        .read(
            answering(
                script -> {
                  Execution whole = shell("/bin/sh").execute(script);
                  String token = token(script.text());
                  String begin = "\n" + token + " begin " + name + "\n";
                  String end = "\n" + token + " end " + name + " ";
                  int from = whole.output().indexOf(begin) + begin.length();
                  int to = whole.output().indexOf(end) + end.length();
                  return new Execution(
                      0,
                      whole.output().substring(0, from)
                          + content
                          + end
                          + status
                          + whole.output().substring(to + 1),
                      whole.errors());
                }));
  }

  @Test
  void twoGatherersOfOneNameAreAnError() {
    assertThatThrownBy(
            () -> new FactReader(List.of(gatherer("one", ":"), gatherer("one", ":")), SMALL))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("two gatherers are called 'one'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Upper", "a b", "a;b", "-a", "a-", "receipt\n", "ä"})
  void aNameMustNotMeanAnythingToAShell(String name) {
    assertThatThrownBy(() -> new FactReader(List.of(gatherer(name, ":")), SMALL))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("lower case letters");
  }
}
