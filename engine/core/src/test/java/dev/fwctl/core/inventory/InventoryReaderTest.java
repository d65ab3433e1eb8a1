package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Host;
import dev.fwctl.model.InventoryTree;
import dev.fwctl.model.InventoryTree.Group;
import dev.fwctl.model.InventoryTree.HostEntry;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.InventorySource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InventoryReaderTest {
  @TempDir Path folder;

  private Fleet fleet;

  @BeforeEach
  void begin() {
    fleet = new Fleet(folder);
  }

  @Test
  void hostsAreSortedAndKnowTheirGroups() {
    fleet.file("hosts", "lone\n[web]\nweb2\nweb1\n[prod:children]\nweb\n");

    List<Host> hosts = fleet.read("hosts").hosts();

    assertThat(hosts).extracting(Host::name).containsExactly("lone", "web1", "web2");
    assertThat(hosts.get(0).groups()).containsExactly("all", "ungrouped");
    assertThat(hosts.get(1).groups()).containsExactly("all", "prod", "web");
    assertThat(hosts.get(1).place()).isEqualTo(new Place("hosts", 4, 1));
  }

  @Test
  void aHostThatIsInAGroupSomewhereIsNotUngrouped() {
    fleet.file("a", "web1\n").file("b.yml", "web:\n  hosts:\n    web1:\n");

    assertThat(fleet.host("web1", "a", "b.yml").groups()).containsExactly("all", "web");
  }

  @Test
  void aLaterSourceWins() {
    fleet
        .file("a.ini", "[web]\nweb1 ansible_user=ann ansible_port=2201\n")
        .file("b.yml", "all:\n  hosts:\n    web1: {ansible_user: bob}\n");

    assertThat(fleet.connection("web1", "a.ini", "b.yml").user()).contains("bob");
    assertThat(fleet.connection("web1", "a.ini", "b.yml").port()).isEqualTo(2201);
    assertThat(fleet.connection("web1", "b.yml", "a.ini").user()).contains("ann");
  }

  @Test
  void aPortAfterTheNameCountsOnlyWhereTheHostIsFirstNamed() {
    fleet.file("hosts", "[web]\nweb1:2201\n[prod]\nweb1:2202\n");

    assertThat(fleet.connection("web1", "hosts").port()).isEqualTo(2201);
  }

  @Test
  void anExplicitPortBeatsTheOneAfterTheName() {
    fleet.file("hosts", "web1:2201 ansible_port=2202\n");

    assertThat(fleet.connection("web1", "hosts").port()).isEqualTo(2202);
  }

  @Test
  void aListOfHostsNeedsNoFile() {
    Inventory inventory = fleet.read("web2:2222,10.0.0.1, [2001:db8::1]:23,");

    assertThat(inventory.names()).containsExactly("10.0.0.1", "2001:db8::1", "web2");
    assertThat(inventory.select("web2", Optional.empty()).getFirst().connection().port())
        .isEqualTo(2222);
    assertThat(inventory.select("2001:db8::1", Optional.empty()).getFirst().connection().port())
        .isEqualTo(23);
  }

  @Test
  void aFolderIsReadInOrderWithItsFoldersButNotWhatIsNoInventory() {
    fleet
        .file("inv/10-first.ini", "[web]\nweb1 ansible_user=first\n")
        .file("inv/20/second.yml", "web: {hosts: {web1: {ansible_user: second}}}\n")
        .file("inv/.hidden", "[broken\n")
        .file("inv/README.md", "[broken\n")
        .file("inv/old.ini~", "[broken\n")
        .file("inv/ansible.cfg", "[broken\n")
        .file("inv/group_vars/web.yml", "ansible_port: 2222\n")
        .file("inv/host_vars/web1", "ansible_password: secret\n");

    assertThat(fleet.connection("web1", "inv").user()).contains("second");
    assertThat(fleet.connection("web1", "inv").port()).isEqualTo(2222);
    assertThat(fleet.connection("web1", "inv").password()).isPresent();
  }

  @Test
  void variablesDeeperThanTheFolderThatIsReadAreNotSilentlyLost() {
    fleet
        .file("inv/prod/hosts", "web1\n")
        .file("inv/prod/group_vars/all.yml", "ansible_user: deploy\n");

    assertThat(fleet.problems("inv"))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.message()).contains("inv/prod/group_vars would not be read");
              assertThat(problem.hint()).contains("name the inventory beside it: -i inv/prod");
            });
    assertThat(fleet.connection("web1", "inv/prod").user()).contains("deploy");
  }

  @Test
  void whatFwctlRunsInCountsAsWhatLiesBesideAPlaybook() {
    fleet
        .file("inv/hosts", "[web]\nweb1\n[web:vars]\nansible_user=inline\n")
        .file("inv/group_vars/web.yml", "ansible_user: beside\nansible_port: 2201\n")
        .file("group_vars/web.yml", "ansible_user: ours\n");

    assertThat(fleet.connection("web1", "inv/hosts").user()).contains("ours");
    assertThat(fleet.connection("web1", "inv/hosts").port()).isEqualTo(2201);
  }

  @Test
  void aPluginIsAskedBeforeTheBuiltInSources() {
    fleet.file("hosts.yml", "this: is not ours\n");
    InventorySource plugin =
        new InventorySource() {
          @Override
          public boolean accepts(Path path) {
            return path.endsWith("hosts.yml");
          }

          @Override
          public InventoryTree read(Path path) {
            Place place = new Place("elsewhere", 1, 1);
            HostEntry host = new HostEntry("cloud1", OptionalInt.of(2222), Map.of(), place);
            return new InventoryTree(
                List.of(new Group("cloud", List.of(host), List.of(), Map.of(), true, place)));
          }
        };

    Inventory inventory =
        new InventoryReader(Fleet.localSide(folder), List.of(plugin)).read(List.of("hosts.yml"));

    assertThat(inventory.hosts())
        .singleElement()
        .satisfies(
            host -> {
              assertThat(host.name()).isEqualTo("cloud1");
              assertThat(host.groups()).containsExactly("all", "cloud");
              assertThat(host.connection().port()).isEqualTo(2222);
            });
  }

  @Test
  void namesThatAPluginMakesUpAreLookedAt() {
    fleet.file("hosts.yml", "");
    InventorySource plugin =
        new InventorySource() {
          @Override
          public boolean accepts(Path path) {
            return true;
          }

          @Override
          public InventoryTree read(Path path) {
            Place place = new Place("elsewhere", 1, 1);
            HostEntry host = new HostEntry("a\u001b[2J", OptionalInt.empty(), Map.of(), place);
            return new InventoryTree(
                List.of(
                    new Group("cloud", List.of(host), List.of(), Map.of(), true, place),
                    new Group("\u001b[2J", List.of(), List.of(), Map.of(), true, place)));
          }
        };
    InventoryReader reader = new InventoryReader(Fleet.localSide(folder), List.of(plugin));

    assertThat(Fleet.problemsOf(() -> reader.read(List.of("hosts.yml"))))
        .hasSize(2)
        .extracting(Problem::toString)
        .noneMatch(text -> text.contains("\u001b"));
  }

  @Test
  void controlCharactersInSettingsAreRefused() {
    fleet.file("hosts.yml", "all: {hosts: {a: {ansible_user: \"x\\e[2J\"}}}\n");

    assertThat(fleet.hostProblems("hosts.yml"))
        .extracting(Problem::message)
        .containsExactly("ansible_user: the value holds control characters (host a)");
  }

  @Test
  void aMissingInventoryIsAnErrorWithAHint() {
    assertThat(fleet.problems("web1"))
        .extracting(Problem::code, Problem::message)
        .containsExactly(tuple(ErrorCode.FILE_UNREADABLE, "there is no inventory 'web1'"));
  }

  @Test
  void anInventoryWithoutHostsIsAnError() {
    fleet.file("hosts", "# nothing yet\n[web]\n");

    assertThat(fleet.problems("hosts"))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("has no hosts"));
    assertThat(fleet.problems())
        .extracting(Problem::message)
        .containsExactly("there is no inventory");
  }

  @Test
  void errorsOfAllSourcesAreReportedAtOnce() {
    fleet.file("a", "[web]\nweb[5:1]\n").file("b.yml", "web: 3\n").file("c", "x y\n");

    assertThat(fleet.problems("a", "b.yml", "c", "d"))
        .extracting(problem -> problem.place().map(Place::toString).orElse("-"))
        .containsExactly("-", "a:2:1", "b.yml:1:6", "c:1:3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"#!/bin/sh\necho {}\n", "#!/usr/bin/env python3\n"})
  void scriptsAreRefused(String text) {
    fleet.file("hosts", text);

    assertThat(fleet.problems("hosts"))
        .extracting(Problem::code, problem -> problem.place().orElseThrow().toString())
        .containsExactly(tuple(ErrorCode.UNSUPPORTED, "hosts:1:1"));
  }

  @Test
  void textThatIsNotUtf8IsRefusedWithItsPlace() throws Exception {
    Files.write(folder.resolve("hosts"), new byte[] {'w', 'e', 'b', '1', '\n', 'w', (byte) 0xe9});

    assertThat(fleet.problems("hosts"))
        .extracting(problem -> problem.place().orElseThrow().toString())
        .containsExactly("hosts:2:2");
  }

  @Test
  void groupsThatContainEachOtherAreNamed() {
    fleet.file("hosts", "[a:children]\nb\n[b:children]\nc\n[c:children]\na\n[c]\nh\n");

    assertThat(fleet.problems("hosts"))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.code()).isEqualTo(ErrorCode.CONFLICT);
              assertThat(problem.message()).contains("groups contain each other: ");
              assertThat(problem.message()).contains("a → b").contains("b → c").contains("c → a");
              assertThat(problem.place()).isPresent();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"[a:children]\na\n[a]\nh\n", "[a:children]\nall\n[a]\nh\n"})
  void aGroupInItselfIsACycle(String text) {
    fleet.file("hosts", text);

    assertThat(fleet.problems("hosts"))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).startsWith("groups contain"));
  }

  @Test
  void aGroupMayBeDeclaredByAnotherSource() {
    fleet
        .file("a", "[prod:children]\nweb\n[web:vars]\nansible_user=deploy\n")
        .file("b", "[web]\nweb1\n");

    assertThat(fleet.host("web1", "a", "b").groups()).contains("prod");
    assertThat(fleet.connection("web1", "a", "b").user()).contains("deploy");
    assertThat(fleet.problems("a"))
        .extracting(problem -> problem.place().orElseThrow().toString(), Problem::message)
        .containsExactly(tuple("a:2:1", "group prod has the child web, which is no group"));
  }

  @Test
  void variablesForAGroupThatNobodyDeclaresAreAnError() {
    fleet.file("hosts", "[web]\nweb1\n[wbe:vars]\nx=1\n");

    assertThat(fleet.problems("hosts"))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.place()).contains(new Place("hosts", 3, 1));
              assertThat(problem.hint()).contains("did you mean 'web'?");
            });
  }
}
