package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Host;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InventoryTest {
  @TempDir Path folder;

  private Fleet fleet;

  @BeforeEach
  void begin() {
    fleet = new Fleet(folder);
  }

  private static Inventory limited(Inventory inventory, String limit, String exclude) {
    return inventory.limitedTo(
        Optional.of(limit).filter(it -> !it.isEmpty()),
        Optional.of(exclude).filter(it -> !it.isEmpty()));
  }

  @Test
  void aLimitCutsWhatPatternsSelect() {
    fleet.file("hosts", "[web]\nweb[1:3]\n[db]\ndb1\n");
    Inventory inventory = limited(fleet.read("hosts"), "web", "web2");

    assertThat(inventory.names()).containsExactly("web1", "web3");
    assertThat(inventory.hosts()).extracting(Host::name).containsExactly("web1", "web3");
    assertThat(inventory.select("all", Optional.empty()))
        .extracting(Host::name)
        .containsExactly("web1", "web3");
    assertThat(inventory.match("web[0:1]", Optional.empty())).containsExactly("web1");
    assertThat(inventory.select("db", Optional.empty())).isEmpty();
    assertThat(limited(inventory, "", "web1").names()).containsExactly("web3");
  }

  @Test
  void aLimitMayComeFromAFile() {
    fleet.file("hosts", "web[1:9]\n").file("retry", "# failed\nweb3\n\nweb5\n");

    assertThat(limited(fleet.read("hosts"), "@retry,web7", "").names())
        .containsExactly("web3", "web5", "web7");
    assertThat(Fleet.problemsOf(() -> limited(fleet.read("hosts"), "@nosuch", "")))
        .extracting(Problem::code)
        .containsExactly(ErrorCode.FILE_UNREADABLE);
  }

  @Test
  void aLimitThatMatchesNothingOrLeavesNothingIsAnError() {
    fleet.file("hosts", "[web]\nweb1\n");
    Inventory inventory = fleet.read("hosts");

    assertThat(Fleet.problemsOf(() -> limited(inventory, "wbe", "")))
        .extracting(Problem::message, problem -> problem.hint().orElse(""))
        .containsExactly(
            tuple("'wbe' is neither a group nor a host, in --limit", "did you mean 'web'?"));
    assertThat(Fleet.problemsOf(() -> limited(inventory, "", "all")))
        .extracting(Problem::message)
        .containsExactly("--limit and --exclude together leave no host");
  }

  @Test
  void aHostThatIsNotSelectedMayBeUnusable() {
    fleet.file("hosts", "[linux]\nweb1\n[windows]\nwin1 ansible_connection=winrm\n");
    Inventory inventory = fleet.read("hosts");

    assertThat(inventory.select("linux", Optional.empty())).hasSize(1);
    assertThat(limited(inventory, "", "windows").hosts()).hasSize(1);
    assertThat(Fleet.problemsOf(inventory::hosts))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.place()).contains(new Place("hosts", 4, 6));
              assertThat(problem.message()).endsWith("(host win1)");
              assertThat(problem.hint().orElse("")).contains("--exclude");
            });
  }

  @Test
  void anErrorOfManyHostsIsReportedOnce() {
    fleet.file("hosts", "[web]\nweb[1:300]\n[web:vars]\nansible_port=ssh\n");

    assertThat(fleet.hostProblems("hosts"))
        .extracting(Problem::message)
        .containsExactly("ansible_port: 'ssh' is not a port (host web1 and 299 more)");
  }

  @Test
  void oneMachineUnderTwoNamesIsAnErrorUnlessOneIsLeftOut() {
    fleet.file(
        "hosts",
        """
        a ansible_host=192.0.2.1
        b ansible_host=192.0.2.1
        c ansible_host=192.0.2.1 ansible_port=2222
        d ansible_host=WEB.example.com
        web.example.com
        """);
    Inventory inventory = fleet.read("hosts");

    assertThat(Fleet.problemsOf(inventory::hosts))
        .extracting(Problem::message)
        .containsExactly(
            "hosts a and b are the same machine, 192.0.2.1 port 22, and would be changed twice",
            "hosts d and web.example.com are the same machine, web.example.com port 22, and would"
                + " be changed twice");
    assertThat(limited(inventory, "", "b:d").hosts()).hasSize(3);
  }

  @Test
  void aSelectionAloneShowsTheTwinOutsideOfItTooBecauseBothArePlanned() {
    fleet.file("hosts", "[x]\na ansible_host=192.0.2.1\n[y]\nb ansible_host=192.0.2.1\n");

    assertThat(Fleet.problemsOf(() -> fleet.read("hosts").select("y", Optional.empty())))
        .extracting(Problem::code)
        .containsExactly(ErrorCode.CONFLICT);
  }

  @Test
  void settingsKnowWhereTheyWereMadeByEachOfTheirNames() {
    fleet
        .file("hosts", "[web]\nweb1 ansible_ssh_host=192.0.2.1\n")
        .file(
            "group_vars/web.yml",
            """
            ansible_private_key_file: keys/id
            ansible_ssh_common_args: -o UserKnownHostsFile=known -J gate
            """);

    ConnectionSettings connection = fleet.connection("web1", "hosts");

    assertThat(connection.places())
        .containsEntry("ansible_host", new Place("hosts", 2, 6))
        .containsEntry("ansible_ssh_host", new Place("hosts", 2, 6))
        .containsEntry("ansible_private_key_file", new Place("group_vars/web.yml", 1, 1))
        .containsEntry("ansible_ssh_common_args", new Place("group_vars/web.yml", 2, 1))
        .containsEntry("UserKnownHostsFile", new Place("group_vars/web.yml", 2, 1));
    assertThat(connection.jump().orElseThrow().places())
        .containsEntry("ansible_host", new Place("group_vars/web.yml", 2, 1));
  }

  @Test
  void rootNeedsNotBecomeRoot() {
    LocalSide asRoot = new LocalSide(folder, Path.of("/root"), "root", Set.of("ssh", "local"));
    fleet.file("hosts", "a\nb ansible_user=deploy\nc ansible_user=deploy ansible_become=no\n");

    List<Host> hosts = new InventoryReader(asRoot, List.of()).read(List.of("hosts")).hosts();

    assertThat(hosts)
        .extracting(host -> host.connection().become().isPresent())
        .containsExactly(false, true, false);
  }

  @Test
  void passwordsDoNotShow() {
    fleet.file("hosts", "a ansible_password=s3cret ansible_become_password=s3cret\n");

    assertThat(fleet.host("a", "hosts").toString()).doesNotContain("s3cret");
  }
}
