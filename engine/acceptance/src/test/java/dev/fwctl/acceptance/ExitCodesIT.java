package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.core.report.Events;
import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.model.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every exit code that there is, and every kind of JSON event, by the program itself. */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExitCodesIT {
  private static final List<String> HOSTS = List.of("one", "two");

  /** What is no error's: done, and changes with {@code --detailed-exitcode}. */
  private static final List<Integer> NO_ERROR = List.of(0, 2);

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.plain("one", "bookworm"),
              HostSpec.plain("two", "bookworm")));

  private final Path folder;
  private final Program program;

  ExitCodesIT(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.program = new Program(lab, folder);
    Files.copy(lab.inventory(), folder.resolve("hosts.yml"));
    // A change of rules does besides what a test has it do.
    for (String host : HOSTS) {
      AtTheChange.run(lab, host, "", "if [ -e /run/besides ]; then /bin/sh /run/besides; fi");
    }
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  /** Each case begins on hosts that let the office in. */
  @BeforeEach
  void applyTheOldPolicy() throws IOException {
    HOSTS.forEach(
        host ->
            lab.script(
                host,
                """
                rm -f /run/besides
                if [ -e /var/lib/away ]; then
                  rm -rf /var/lib/fwctl
                  mv /var/lib/away /var/lib/fwctl
                fi
                """));
    run("unlock", "--auto-approve");
    policy("203.0.113.5");
    assertThat(run("apply", "--auto-approve").exitCode()).isZero();
  }

  private void policy(String source) {
    program.policy(Program.allowing(source));
  }

  private String[] command(String command, String... options) {
    List<String> arguments = new ArrayList<>(List.of(command, "-i", "hosts.yml", "-p", "policies"));
    arguments.addAll(List.of(options));
    return arguments.toArray(String[]::new);
  }

  private Program.Run run(String command, String... options) {
    return program.run(command(command, options));
  }

  private void onOne(String script) {
    lab.script("one", script);
  }

  /** Leaves no room for a receipt. */
  private void noReceipts(String host) {
    lab.script(host, "mv /var/lib/fwctl /var/lib/away; : >/var/lib/fwctl");
  }

  /** What a test does with hosts and the program. */
  private interface Action {
    Program.Run on(ExitCodesIT test) throws Exception;
  }

  /** A run, how it ends, and some of the events that it prints. */
  private enum Case {
    A_VALID_REPOSITORY(0, test -> test.run("validate", "--json"), Events.Type.VALID),
    EXPLAIN(
        0,
        test -> test.run("explain", "one", "--from", "203.0.113.5", "--to", ":9000/tcp", "--json"),
        Events.Type.EXPLANATION),
    FACTS(0, test -> test.run("facts", "--json"), Events.Type.HOST_FACTS),
    EXPOSURE(
        0,
        test -> test.run("exposure", "--json"),
        Events.Type.HOST_EXPOSURE,
        Events.Type.EXPOSURE_SUMMARY),
    DOCTOR(
        0,
        test -> test.run("doctor", "--json"),
        Events.Type.HOST_DIAGNOSIS,
        Events.Type.DOCTOR_SUMMARY),
    IMPORT(
        0,
        test -> {
          test.program.policy("fwctl: 1\n");
          test.run("apply", "--auto-approve");
          return test.run("import", "--json");
        },
        Events.Type.IMPORTED),
    A_PLAN_THAT_IS_SAVED(
        0,
        test -> {
          test.policy("198.51.100.5");
          return test.run("plan", "--json", "--out", "a.fwplan");
        },
        Events.Type.PLANNED_CHANGE,
        Events.Type.CHANGE_SUMMARY,
        Events.Type.PLAN_SAVED),
    A_SAVED_PLAN_THAT_IS_SHOWN(
        0,
        test -> {
          test.policy("198.51.100.5");
          test.run("plan", "--out", "b.fwplan");
          return test.program.run("show", "b.fwplan", "--json");
        },
        Events.Type.SAVED_PLAN,
        Events.Type.PLANNED_CHANGE),
    A_CHANGE(
        0,
        test -> {
          test.policy("198.51.100.5");
          return test.run("apply", "--auto-approve", "--json");
        },
        Events.Type.APPLY_START,
        Events.Type.APPLY_COMPLETE,
        Events.Type.APPLY_SUMMARY),
    LOCKS(0, test -> test.run("locks", "--json"), Events.Type.HOST_LOCK),
    A_REPOSITORY_THAT_IS_WRONG(
        1,
        test -> {
          test.policy("nowhere");
          return test.run("plan", "--json");
        },
        Events.Type.DIAGNOSTIC),
    CHANGES(
        2,
        test -> {
          test.policy("198.51.100.5");
          return test.run("plan", "--json", "--detailed-exitcode");
        },
        Events.Type.PLANNED_CHANGE),
    A_RULE_CHANGED_BY_HAND(
        2,
        test -> {
          test.onOne("iptables -t mangle -I FWCTL-INBOUND -j ACCEPT");
          return test.run("drift", "--json", "--detailed-exitcode");
        },
        Events.Type.DRIFT,
        Events.Type.DRIFT_SUMMARY),
    A_PLAN_THAT_BREAKS_AN_ASSERTION(
        3,
        test -> {
          test.program.policy(
              Program.allowing("198.51.100.5")
                  + "assertions: {a: {never: {from: any, to: host, port: 9000/tcp}}}\n");
          return test.run("plan", "--json");
        },
        Events.Type.DIAGNOSTIC,
        Events.Type.CHANGE_SUMMARY),
    AN_UNREACHABLE_HOST(
        4,
        test -> test.run("plan", "--json", "-i", "nobody.yml"),
        Events.Type.DIAGNOSTIC,
        Events.Type.CHANGE_SUMMARY),
    A_HOST_THAT_CHANGED_SINCE_ITS_PLAN(
        5,
        test -> {
          test.policy("198.51.100.5");
          test.run("plan", "--out", "c.fwplan");
          test.onOne("iptables -t mangle -I FWCTL-INBOUND -j ACCEPT");
          return test.program.run("apply", "c.fwplan", "--json");
        },
        Events.Type.APPLY_ERRORED,
        Events.Type.APPLY_COMPLETE),
    A_HOST_THAT_SOMEBODY_ELSE_CHANGES(
        6,
        test -> {
          test.policy("198.51.100.5");
          test.run("apply", "--auto-approve", "--soak", "10m", "--limit", "one");
          test.policy("192.0.2.5");
          return test.run("apply", "--auto-approve", "--json");
        },
        Events.Type.APPLY_ERRORED,
        Events.Type.APPLY_COMPLETE),
    A_HOST_THAT_FAILS(
        7,
        test -> {
          test.noReceipts("one");
          test.policy("198.51.100.5");
          return test.run("apply", "--auto-approve", "--json");
        },
        Events.Type.APPLY_ERRORED,
        Events.Type.APPLY_COMPLETE),
    TOO_MANY_HOSTS_THAT_FAIL(
        8,
        test -> {
          HOSTS.forEach(test::noReceipts);
          test.policy("198.51.100.5");
          return test.run(
              "apply", "--auto-approve", "--json", "--parallelism", "1", "--max-failures", "1");
        },
        Events.Type.APPLY_ERRORED,
        Events.Type.APPLY_SUMMARY),
    A_HOST_THAT_HOLDS_NEITHER_THE_OLD_NOR_THE_NEW(
        9,
        test -> {
          test.onOne("echo 'iptables -t mangle -I FWCTL-INBOUND -j ACCEPT' >/run/besides");
          test.policy("198.51.100.5");
          return test.run("apply", "--auto-approve", "--json");
        },
        Events.Type.APPLY_ERRORED,
        Events.Type.APPLY_SUMMARY),
    A_HOST_THAT_IS_LOST_ON_ITS_WAY_BACK(
        9,
        test -> {
          // Nothing has ended there before the change is kept that is taken back then.
          test.onOne(
              """
              rm -f /run/fwctl/ended
              echo '[ ! -e /run/fwctl/ended ] || iptables -t mangle -I FWCTL-INBOUND -j ACCEPT' \\
                >/run/besides
              """);
          test.noReceipts("two");
          test.policy("198.51.100.5");
          return test.run(
              "apply", "--auto-approve", "--json", "--waves", "1,100%", "--on-failure", "rollback");
        },
        Events.Type.APPLY_ERRORED,
        Events.Type.APPLY_SUMMARY),
    A_QUESTION_THAT_NOBODY_CAN_ANSWER(
        64, test -> test.run("apply", "--json"), Events.Type.DIAGNOSTIC),
    AN_OPTION_THAT_THERE_IS_NOT(
        64, test -> test.run("plan", "--json", "--no-such-option"), Events.Type.DIAGNOSTIC),
    AN_INTERRUPTION(
        130,
        test -> {
          Program.Running plan = test.program.start(test.command("plan", "--json"));
          plan.awaitWords("version");
          plan.signal("INT");
          return plan.end();
        });

    private final int exitCode;
    private final Action action;
    private final List<Events.Type> events;

    Case(int exitCode, Action action, Events.Type... events) {
      this.exitCode = exitCode;
      this.action = action;
      this.events = List.of(events);
    }
  }

  @ParameterizedTest
  @EnumSource
  void endsAndTellsAsItShould(Case one) throws Exception {
    Files.writeString(
        folder.resolve("nobody.yml"),
        "all: {hosts: {one: {ansible_port: 2, ansible_timeout: 4}}}\n");

    Program.Run run = one.action.on(this);

    assertThat(run.exitCode()).as("%s", run).isEqualTo(one.exitCode);
    List<String> types = new ArrayList<>();
    for (String line : run.output().lines().toList()) {
      JsonNode event = new JsonMapper().readTree(line);
      assertThat(event.properties().stream().map(entry -> entry.getKey()))
          .as(line)
          .startsWith("@level", "@message", "@timestamp", "type");
      types.add(event.get("type").asText());
    }
    assertThat(types).as("%s", run).startsWith("version").containsOnlyOnce("version");
    assertThat(types)
        .as("%s", run)
        .containsAll(one.events.stream().map(Events.Type::label).toList());
  }

  @Test
  void everyExitCodeIsReached() throws IOException {
    Set<Integer> reached =
        Arrays.stream(Case.values())
            .map(one -> one.exitCode)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(reached)
        .containsExactlyElementsOf(
            Stream.concat(
                    NO_ERROR.stream(), Arrays.stream(ErrorCode.values()).map(ErrorCode::exitCode))
                .collect(Collectors.toCollection(TreeSet::new)));

    String readme = Files.readString(Program.launcher().resolveSibling("README.md"));
    String said = readme.substring(readme.indexOf("Exit codes: "));
    Matcher number =
        Pattern.compile("(?:: |; )(\\d+) ")
            .matcher(said.substring(0, said.indexOf(". ")).replace('\n', ' '));
    assertThat(number.results().map(found -> Integer.valueOf(found.group(1))))
        .containsExactlyElementsOf(reached);
  }

  @Test
  void everyKindOfEventIsPrinted() {
    Set<Events.Type> printed = EnumSet.of(Events.Type.VERSION);
    for (Case one : Case.values()) {
      printed.addAll(one.events);
    }
    assertThat(printed).containsExactlyInAnyOrder(Events.Type.values());
  }
}
