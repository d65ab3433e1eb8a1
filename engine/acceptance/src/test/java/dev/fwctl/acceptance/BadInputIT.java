package dev.fwctl.acceptance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.lab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A repository that is wrong, run by the program against a host that holds rules of an earlier
 * apply: the error says what, where and what to do, and the host stays as it is.
 */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
  private static final int COLUMNS = 80;

  private static final String GOOD =
      """
      fwctl: 1
      sources:
        office: [203.0.113.0/24]
      policies:
        baseline:
          hosts: all
          inbound:
            default: drop
            allow:
              - {to: host, port: 22/tcp, from: office}
              - {to: {container: shop}, port: 8081/tcp, from: office}
      """;

  private final Lab lab =
      Lab.up(LabSpec.of(LabNames.fresh(), HostSpec.withDocker("shop", "bookworm")));

  private final Path folder;
  private final Path document;
  private final Path inventory;
  private final Program program;

  BadInputIT(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.document = folder.resolve("policies/shop.yml");
    this.inventory = folder.resolve("hosts.yml");
    this.program = new Program(lab, folder);
    Files.createDirectory(folder.resolve("policies"));
    lab.container("shop", "shop", List.of("-p", "8081:8080"), "http/8080");
    goodInput();
    Program.Run run = apply();
    assertThat(run.exitCode()).as("%s", run).isZero();
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  @BeforeEach
  void goodInput() throws IOException {
    Files.writeString(document, GOOD);
    Files.copy(lab.inventory(), inventory, StandardCopyOption.REPLACE_EXISTING);
  }

  private Program.Run apply() {
    return program.run("apply", "-i", "hosts.yml", "--auto-approve");
  }

  /** All that fwctl could have changed on the host. */
  private String held() {
    return String.join("\n", Ruleset.of(lab, "shop").lines())
        + lab.script(
            "shop",
            "find /var/lib/fwctl -printf '%p %s %T@ %C@\\n' | sort; sha256sum /var/lib/fwctl/*");
  }

  /** Runs apply, which changes nothing, and returns what it says. */
  private String refused() {
    String before = held();
    assertThat(before).contains("FWCTL-INBOUND", "/var/lib/fwctl/");
    Program.Run run = apply();
    assertThat(held()).isEqualTo(before);
    assertThat(run.exitCode()).as("%s", run).isEqualTo(1);
    assertThat(run.output()).as("%s", run).isEmpty();
    assertThat(run.errors()).doesNotContain("Exception", "\tat ", "\u001b");
    assertThat(run.errors().lines())
        .allSatisfy(
            line -> assertThat(line.codePointCount(0, line.length())).isLessThanOrEqualTo(COLUMNS));
    return run.errors();
  }

  /**
   * A document that is wrong in one place.
   *
   * @param part what is written otherwise in the good one
   * @param instead what stands there
   * @param place the line and column that the error names
   * @param words what is wrong
   * @param hint what to do
   */
  record Mistake(String part, String instead, String place, String words, String hint) {
    @Override
    public String toString() {
      return words;
    }
  }

  static Stream<Mistake> mistakes() {
    String office = "[203.0.113.0/24]";
    return Stream.of(
        new Mistake("hosts: all", "hosts: all: x", "6:15", "a ':' is not expected here", "quote"),
        new Mistake(office, "[203.0.113.0/24", "4:9", "',' or ']' is expected", "close with ']'"),
        new Mistake("    hosts", "\thosts", "6:1", "a tab stands where only spaces", "spaces"),
        new Mistake(
            "hosts: all",
            "hosts: all\n    hosts: shop",
            "7:5",
            "key 'hosts' is given twice; the first is at policies/shop.yml:6:5",
            "remove one"),
        new Mistake("to: host", "too: host", "10:12", "unknown key 'too'", "did you mean 'to'?"),
        new Mistake("default: drop", "default: [drop]", "8:16", "must be text, not a list", "drop"),
        new Mistake("hosts: all", "hosts: {a: b}", "6:12", "must be text, not a mapping", "'all'"),
        new Mistake("from: office", "from: ofice", "10:42", "unknown source 'ofice'", "'office'?"),
        new Mistake(
            office,
            "[10.0.0.0/33]",
            "3:12",
            "'10.0.0.0/33' is not a prefix",
            "did you mean 10.0.0.0/32"),
        new Mistake(
            office,
            "[10.0.0.1/8]",
            "3:12",
            "10.0.0.1/8 has host bits set",
            "did you mean 10.0.0.0/8 or 10.0.0.1/32?"),
        new Mistake("22/tcp", "0/tcp", "10:28", "port 0 is out of range", "1 to 65535"),
        new Mistake("22/tcp", "65536/tcp", "10:28", "port 65536 is out of range", "1 to 65535"),
        new Mistake("22/tcp", "90-80/tcp", "10:28", "range 90-80 is reversed", "80-90/tcp"),
        new Mistake(office, "[]", "3:11", "source 'office' is an empty list", "list addresses"),
        new Mistake(office, "{file: none}", "3:18", "policies/none does not exist", "relative to"),
        new Mistake("from: office", "from: *no", "10:42", "alias '*no' refers", "declare '&no'"),
        new Mistake("hosts: all", "hosts: shp", "6:12", "'shp' is neither a group", "'shop'?"),
        new Mistake("fwctl: 1", "fwctl: 2", "1:8", "format 2 is not one", "'fwctl: 1'"),
        new Mistake("from: office", "from: \"a\u0007b\"", "10:44", "character U+0007", "remove it"),
        new Mistake("from: office", "from: \"\\e[2J\"", "10:42", "control character", "remove it"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeInADocument(Mistake mistake) throws IOException {
    assertThat(GOOD).contains(mistake.part());
    Files.writeString(
        document,
        GOOD.replaceFirst(
            Pattern.quote(mistake.part()), Matcher.quoteReplacement(mistake.instead())));
    String errors = refused();
    assertThat(errors).startsWith("policies/shop.yml:%s: error: ".formatted(mistake.place()));
    assertThat(words(errors)).contains(mistake.words()).containsOnlyOnce("error: ");
    assertThat(words(errors).replaceFirst(".* hint: ", "")).contains(mistake.hint());
    String line = mistake.place().substring(0, mistake.place().indexOf(':'));
    assertThat(errors).containsPattern("\n  " + line + " \\| .*\n +\\| +\\^\n");
  }

  private static String words(String text) {
    return text.replaceAll("\\s+", " ");
  }

  @Test
  void allMistakesOfARepositoryAtOnce() throws IOException {
    Files.writeString(
        document, GOOD.replace("22/tcp", "0/tcp").replace("[203.0.113.0/24]", "{file: list.txt}"));
    Files.writeString(folder.resolve("policies/list.txt"), "# offices\n10.0.0.0/33\n");
    Files.writeString(
        folder.resolve("policies/web.yml"),
        "fwctl: 1\npolicies: {web: {hosts: wbe, inbound: {default: dorp}}}\n");
    try {
      String errors = refused();
      assertThat(places(errors))
          .containsExactly(
              "policies/list.txt:2:1", "policies/shop.yml:10:28", "policies/web.yml:2:49");

      // Validating goes on where a plan can't, and has the same words for the same mistake.
      Files.writeString(inventory, "all: {hosts: {shop: {ansible_port: ssh}}}\n");
      Program.Run validate = program.run("validate", "-i", "hosts.yml");
      assertThat(validate.exitCode()).as("%s", validate).isEqualTo(1);
      assertThat(places(validate.errors()))
          .containsExactly(
              "hosts.yml:1:22",
              "policies/list.txt:2:1",
              "policies/shop.yml:10:28",
              "policies/web.yml:2:25",
              "policies/web.yml:2:49");
      assertThat(validate.errors()).contains(errors.split("\n\n", -1));
    } finally {
      Files.delete(folder.resolve("policies/web.yml"));
    }
  }

  private static List<String> places(String errors) {
    return errors
        .lines()
        .filter(line -> line.contains(": error: "))
        .map(line -> line.substring(0, line.indexOf(": error: ")))
        .toList();
  }

  @Test
  void aDocumentThatIsNoUtf8() throws IOException {
    Files.write(document, GOOD.replace("baseline", "b\u00e4seline").getBytes(ISO_8859_1));
    assertThat(refused())
        .startsWith("policies/shop.yml:5:4: error: byte 0xe4 is not UTF-8")
        .contains("hint: save the file as UTF-8");
    Files.writeString(document, GOOD.replace("[203.0.113.0/24]", "{file: list.txt}"));
    Files.write(folder.resolve("policies/list.txt"), "# b\u00fcro\n".getBytes(ISO_8859_1));
    assertThat(refused()).startsWith("policies/list.txt:1:4: error: byte 0xfc is not UTF-8");
  }

  @Test
  void documentsOf50Megabytes() throws IOException {
    String rule = "        - {to: host, port: 22/tcp, from: office}\n";
    Files.writeString(document, GOOD + rule.repeat(50_000_000 / rule.length()));
    assertThat(refused())
        .startsWith("policies/shop.yml:1:1: error: the file is larger than")
        .contains("hint: split it");
    goodInput();
    Files.writeString(inventory, "all: {hosts: {" + "shop,".repeat(10_000_000) + "}}\n");
    assertThat(refused())
        .startsWith("hosts.yml:1:1: error: the file is larger than")
        .contains("hint: split it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          shop: {ansible_port: 65536}       | 3:12 | ansible_port: '65536' is not a port | 65535
          shop: {ansible_port: 22           | 3:11 | opened and never closed          | close it
          "shop;reboot": {}                 | 3:5  | can't be the name of a host      | letters
          shop: {ansible_host: "{{ a(1) }}"} | 3:12 | Jinja beyond a plain variable   | {{ NAME }}
          shop: {ansible_host: "$(reboot)"} | 3:12 | neither a host name nor an address | alone
          """)
  void aMistakeInAnInventory(String entry, String place, String words, String hint)
      throws IOException {
    Files.writeString(inventory, "all:\n  hosts:\n    " + entry + "\n");
    String errors = refused();
    assertThat(errors).startsWith("hosts.yml:%s: error: ".formatted(place));
    assertThat(words(errors)).contains(words).containsOnlyOnce("error: ");
    assertThat(words(errors).replaceFirst(".* hint: ", "")).contains(hint);
  }

  @Test
  void anInventoryThatGoesInCircles() throws IOException {
    Files.writeString(
        inventory, "web:\n  hosts: {shop: }\n  children:\n    eu: {children: {web: }}\n");
    assertThat(words(refused()))
        .startsWith("hosts.yml:4:5: error: groups contain each other: ")
        .contains("hint: remove eu from the children of web");
  }

  @Test
  void aHostTwice() throws IOException {
    Files.writeString(inventory, "web:\n  hosts:\n    shop:\n    shop:\n");
    assertThat(words(refused()))
        .startsWith(
            "hosts.yml:4:5: error: key 'shop' is given twice; the first is at hosts.yml:3:5")
        .contains("hint: remove one");
    Files.writeString(
        inventory,
        "web:\n  hosts:\n    shop: {ansible_host: 192.0.2.1}\n    copy: {ansible_host: 192.0.2.1}\n");
    assertThat(words(refused()))
        .contains("hosts copy and shop are the same machine, 192.0.2.1 port 22")
        .contains("hint: keep one of the names");
  }

  @Test
  void anchorsAndMergeKeys() throws IOException {
    Files.writeString(
        document,
        """
        fwctl: 1
        sources:
          office: [203.0.113.0/24]
        policies:
          baseline: &baseline
            hosts: all
            inbound: &drop
              default: drop
              allow:
                - &ssh {to: host, port: 22/tcp, from: office}
          shop:
            <<: *baseline
            inbound:
              <<: *drop
              allow:
                - {<<: *ssh, to: {container: shop}, port: 8081/tcp}
        """);
    Program.Run run = apply();
    assertThat(run.exitCode()).as("%s", run).isZero();
    assertThat(lab.probe("203.0.113.5", "shop:8081")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probe("203.0.113.5", "shop:22")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probe("198.51.100.5", "shop:8081")).isEqualTo(Outcome.TIMEOUT);
    assertThat(lab.probe("198.51.100.5", "shop:22")).isEqualTo(Outcome.TIMEOUT);
    run = program.run("plan", "-i", "hosts.yml", "--detailed-exitcode");
    assertThat(run.exitCode()).as("%s", run).isZero();
  }

  /** A container's name, an image, a network and a label that are scripts, rules and YAML. */
  private static final String HOSTILE =
      "a'\\\"$(touch /tmp/pwned)`touch /tmp/pwned`;touch /tmp/pwned;\\n"
          + "COMMIT\\n*filter\\n-A INPUT -j ACCEPT\\n---\\nname: [x\\r\\n\\u001b[31m";

  /**
   * Docker refuses such names, so a peer of ours takes the place of its engine, once with a shell
   * that has perl, which asks the socket, and once without, which asks the docker command.
   */
  @Test
  void aContainerThatIsNamedLikeAScript() throws IOException {
    String id = "0123456789abcdef".repeat(4);
    Files.writeString(
        document,
        GOOD.replace("{container: shop}", "{label: \"note=*pwned*\"}")
            + "        - {to: {container: \"*pwned*\"}, port: 8082/tcp, from: office}\n");
    String info =
        "{\"ServerVersion\":\"99.%s\",\"Swarm\":{},\"SecurityOptions\":[]}".formatted(HOSTILE);
    String network =
        """
        {"Name":"%1$s","Id":"%2$s","Driver":"bridge","Options":{},"IPAM":{"Config":[{"Subnet":"172.31.0.0/16"}]}}"""
            .formatted(HOSTILE, id);
    String container =
        """
        {"Id":"%2$s","Name":"/%1$s","State":{"Running":true,"Restarting":false},"Config":{"Image":"%1$s","Labels":{"note":"%1$s","%1$s":"x"},"ExposedPorts":{"8080/tcp":{}}},"HostConfig":{"NetworkMode":"%1$s","PortBindings":{"8080/tcp":[{"HostIp":"","HostPort":"8081"}],"8082/tcp":[{"HostIp":"","HostPort":"8082"}]}},"NetworkSettings":{"Ports":{"8080/tcp":[{"HostIp":"0.0.0.0","HostPort":"8081"}],"8082/tcp":[{"HostIp":"0.0.0.0","HostPort":"8082"}]},"Networks":{"%1$s":{"IPAMConfig":null,"IPAddress":"172.31.0.2","GlobalIPv6Address":""}}}}"""
            .formatted(HOSTILE, id);
    engine("info", info);
    engine("networks", "[" + network + "]");
    engine("network", network);
    engine("list", "[{\"Id\":\"" + id + "\"}]");
    engine("id", id);
    engine("container", container);
    lab.script(
        "shop",
        """
        mv /run/docker.sock /run/docker.real
        cat >/opt/engine/serve <<'end'
        use Socket;
        socket(my $server, AF_UNIX, SOCK_STREAM, 0) or die;
        bind($server, pack_sockaddr_un("/run/docker.sock")) or die;
        listen($server, 9) or die;
        my %answers = ("/info" => "info", "/networks" => "networks", "/containers/json?all=1" => "list");
        while (accept(my $client, $server)) {
          my $request = <$client>;
          my (undef, $path) = split / /, $request;
          my $name = $answers{$path} // "container";
          open(my $file, "<", "/opt/engine/$name") or die;
          local $/;
          print $client "HTTP/1.0 200 OK\\r\\n\\r\\n", <$file>;
          close $client;
        }
        end
        cat >/opt/engine/docker <<'end'
        #!/bin/sh
        case "$1 $2" in
          "info "*) printf 'info '; cat /opt/engine/info; echo ;;
          "network ls") cat /opt/engine/id; echo ;;
          "network inspect") printf 'network '; cat /opt/engine/network; echo ;;
          "ps "*) cat /opt/engine/id; echo ;;
          "container inspect") printf 'container '; cat /opt/engine/container; echo ;;
        esac
        end
        chmod 755 /opt/engine/docker
        perl /opt/engine/serve </dev/null >/dev/null 2>&1 &
        echo $! >/opt/engine/pid
        mv /usr/bin/docker /opt/engine/docker.real
        cp /opt/engine/docker /usr/bin/docker
        until [ -S /run/docker.sock ]; do sleep 0.1; done
        """);
    try {
      takesItAsData();
      goodInput();
      lab.script("shop", "mv /usr/bin/perl /opt/engine/perl");
      Files.writeString(document, GOOD.replace("{container: shop}", "{image: \"*pwned*\"}"));
      takesItAsData();
    } finally {
      lab.script(
          "shop",
          """
          [ ! -e /opt/engine/perl ] || mv /opt/engine/perl /usr/bin/perl
          mv /opt/engine/docker.real /usr/bin/docker
          kill "$(cat /opt/engine/pid)"
          mv /run/docker.real /run/docker.sock
          """);
      goodInput();
      apply();
    }
  }

  private void engine(String file, String text) {
    lab.exec(
        "shop",
        Lab.COMMAND_LIMIT,
        text,
        "sh",
        "-c",
        "mkdir -p /opt/engine; cat >/opt/engine/" + file);
  }

  private void takesItAsData() {
    String theirs = Ruleset.of(lab, "shop").withoutOurs();
    for (String command : List.of("facts", "plan", "apply", "drift")) {
      Program.Run run = command.equals("apply") ? apply() : program.run(command, "-i", "hosts.yml");
      assertThat(run.exitCode()).as("%s", run).isZero();
      assertThat(run.output() + run.errors())
          .doesNotContain("\u001b", "\r", "Exception")
          .doesNotContain("\nCOMMIT", "\nname: [x");
    }
    assertThat(Ruleset.of(lab, "shop").withoutOurs()).isEqualTo(theirs);
    assertThat(lab.run("shop", "ls", "/tmp")).doesNotContain("pwned");
    assertThat(lab.run("shop", "ls", "/root")).doesNotContain("pwned");
    assertThat(Ruleset.of(lab, "shop").ours()).anyMatch(line -> line.contains("--dport 8081"));
  }

  @Test
  void problemsAsEvents() throws IOException {
    Files.write(document, GOOD.replace("office}", "ofice}").getBytes(UTF_8));
    String before = held();
    Program.Run run = program.run("apply", "-i", "hosts.yml", "--auto-approve", "--json");
    assertThat(run.exitCode()).as("%s", run).isEqualTo(1);
    assertThat(run.errors()).isEmpty();
    assertThat(run.output().lines()).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    assertThat(run.output())
        .contains("\"type\":\"version\"", "\"type\":\"diagnostic\"", "unknown source 'ofice'")
        .contains("policies/shop.yml");
    assertThat(held()).isEqualTo(before);
  }
}
