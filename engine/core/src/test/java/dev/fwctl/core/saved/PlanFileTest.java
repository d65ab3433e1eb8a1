package dev.fwctl.core.saved;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanFileTest {
  private static final byte[] FILE = PlanFile.bytes(Plans.saved());

  private static SavedPlan parse(byte[] bytes) {
    return PlanFile.parse(bytes, "x.fwplan", Plans.FIREWALLS);
  }

  private static void refused(ThrowingCallable reading, String... words) {
    assertThatThrownBy(reading)
        .isInstanceOfSatisfying(
            FwctlException.class,
            e -> {
              assertThat(e.problems().getFirst().code()).isEqualTo(ErrorCode.PLAN_FILE);
              assertThat(List.of(words)).allMatch(e.problems().getFirst().message()::contains);
            });
  }

  @Test
  void whatIsWrittenIsRead() {
    assertThat(parse(FILE)).isEqualTo(Plans.saved());
  }

  @Test
  void equalPlansAreEqualFiles() {
    assertThat(PlanFile.bytes(Plans.saved())).isEqualTo(FILE);
  }

  @Test
  void theScriptComesOutAsItWentIn() {
    assertThat(parse(FILE).plan().changed().getFirst().change().wording().script())
        .isEqualTo(Plans.plan().changed().getFirst().change().wording().script());
  }

  @Test
  void noSecretIsInIt() throws IOException {
    for (String text : entries(FILE).values()) {
      assertThat(text).doesNotContain(Plans.PASSWORD, Plans.KEY, "known_hosts");
    }
  }

  @Test
  void theManifestIsForPeopleToo() throws IOException {
    assertThat(entries(FILE).get(Archive.MANIFEST))
        .isEqualTo(
            """
            {
              "format" : 1,
              "fwctl" : "1.2.3",
              "started_at" : "2026-11-23T10:00:00Z",
              "saved_at" : "2026-11-23T10:00:04Z",
              "made_by" : "ann@desk",
              "policies" : {
                "commit" : "c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff",
                "dirty" : true,
                "sha256" : "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
              },
              "inventory" : {
                "sources" : [ "inventories" ],
                "limit" : "web:&prod",
                "sha256" : "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
              },
              "complete" : false,
              "allow_unreachable" : "10%",
              "hosts" : {
                "count" : 5,
                "sha256" : "HOSTS"
              },
              "warnings" : [ {
                "kind" : "not_on_host",
                "message" : "a warning of the whole",
                "place" : {
                  "file" : "inventories/hosts.yml",
                  "line" : 1,
                  "column" : 5
                }
              } ]
            }
            """
                .replace("HOSTS", Sha256.hex(entries(FILE).getOrDefault(Archive.HOSTS, ""))));
  }

  @Test
  void everyArtifactIsThereOnce() throws IOException {
    // A script, the way back, and two sets of rules of the first change; the other change's own
    // script and rules; the changes themselves; a drift, its receipt; a basis with, one without.
    assertThat(entries(FILE).keySet().stream().filter(name -> name.startsWith("artifacts/")))
        .hasSize(4 + 2 + 2 + 2 + 2);
  }

  @Property(tries = 2000)
  void anyAlteredByteIsRefused(
      @ForAll @IntRange(min = 0, max = 1 << 20) int where,
      @ForAll @IntRange(min = 1, max = 255) int how) {
    byte[] altered = FILE.clone();
    altered[where % altered.length] ^= (byte) how;
    refused(() -> parse(altered));
  }

  @Property(tries = 500)
  void aFileThatIsCutOffIsRefused(@ForAll @IntRange(min = 0, max = 1 << 20) int length) {
    refused(() -> parse(Arrays.copyOf(FILE, length % FILE.length)));
  }

  @Test
  void whatIsAppendedIsRefused() {
    refused(() -> parse(Arrays.copyOf(FILE, FILE.length + 1)), "cut off or altered");
  }

  @Test
  void anotherFormatIsToldFirst() {
    byte[] other =
        new String(FILE, ISO_8859_1).replace("format 1,", "format 2,").getBytes(ISO_8859_1);
    refused(() -> parse(other), "x.fwplan is of format 2, and this fwctl reads format 1");
  }

  @Test
  void somethingElseIsNoPlan() {
    refused(() -> parse("hello".getBytes(UTF_8)), "x.fwplan is not a saved plan");
    refused(() -> parse(new byte[0]), "x.fwplan is not a saved plan");
  }

  // Files that were altered and sealed anew: it is not by the seal alone that they are refused.

  private static Map<String, String> entries(byte[] file) throws IOException {
    Map<String, String> entries = new TreeMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName(), new String(zip.readAllBytes(), UTF_8));
      }
    }
    return entries;
  }

  private record Entry(String name, byte[] content) {}

  private static byte[] rebuilt(UnaryOperator<List<Entry>> alter) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(FILE))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.add(new Entry(entry.getName(), zip.readAllBytes()));
      }
    }
    return zipped(alter.apply(entries));
  }

  /** Packs entries, of which several may have one name, as no proper writer would. */
  private static byte[] zipped(List<Entry> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Entry entry : entries) {
      ByteArrayOutputStream one = new ByteArrayOutputStream();
      try (ZipOutputStream zip = new ZipOutputStream(one)) {
        zip.putNextEntry(new ZipEntry(entry.name()));
        zip.write(entry.content());
      }
      byte[] whole = one.toByteArray();
      bytes.write(whole, 0, directory(whole));
    }
    bytes.write(Seal.blank().getBytes(UTF_8));
    byte[] file = bytes.toByteArray();
    Seal.close(file);
    return file;
  }

  /** Returns where the central directory begins, which a reader from the front does not need. */
  private static int directory(byte[] zip) {
    for (int i = 0; i < zip.length - 3; i++) {
      if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
        return i;
      }
    }
    throw new AssertionError("no directory");
  }

  @Test
  void whatIsRebuiltAsItWasIsRead() throws IOException {
    assertThat(parse(rebuilt(entries -> entries))).isEqualTo(Plans.saved());
  }

  @Test
  void anEntryThatIsMissingDoubledUnknownOrNotItselfIsRefused() throws IOException {
    refused(() -> parse(rebuilt(all -> all.subList(1, all.size()))), "no manifest.json");
    refused(() -> parse(rebuilt(all -> all.subList(0, all.size() - 1))), "is missing");
    refused(() -> parse(rebuilt(all -> with(all, all.getLast()))), "twice");
    refused(() -> parse(rebuilt(all -> with(all, all.getFirst()))), "no part of a plan");
    refused(
        () -> parse(rebuilt(all -> with(all, new Entry("artifacts/../../etc/x", new byte[1])))),
        "no part of a plan");
    refused(
        () ->
            parse(rebuilt(all -> with(all, new Entry("artifacts/" + "f".repeat(64), new byte[1])))),
        "not the one it is called");
    refused(
        () -> parse(rebuilt(all -> altered(all, Archive.HOSTS, "web-01", "web-10"))),
        "not those of the manifest");
    refused(
        () -> parse(rebuilt(all -> altered(all, Archive.MANIFEST, "\"dirty\"", "\"soiled\""))),
        "'dirty' is missing");
    refused(
        () ->
            parse(
                rebuilt(
                    all ->
                        altered(
                            all, Archive.MANIFEST, "{\n  \"format", "{\n  \"x\": 1, \"format"))),
        "it has the key 'x'");
  }

  private static List<Entry> with(List<Entry> all, Entry more) {
    List<Entry> entries = new ArrayList<>(all);
    entries.add(more);
    return entries;
  }

  private static List<Entry> altered(List<Entry> all, String name, String from, String to) {
    return all.stream()
        .map(
            entry ->
                entry.name().equals(name)
                    ? new Entry(
                        name,
                        new String(entry.content(), UTF_8)
                            .replaceFirst(Pattern.quote(from), to)
                            .getBytes(UTF_8))
                    : entry)
        .toList();
  }

  @Test
  void anArtifactThatNoHostRefersToIsRefused() throws IOException {
    byte[] extra = "z".getBytes(UTF_8);
    refused(
        () ->
            parse(
                rebuilt(
                    all -> {
                      List<Entry> entries =
                          with(all, new Entry("artifacts/" + Sha256.hex(extra), extra));
                      entries.subList(2, entries.size()).sort(Comparator.comparing(Entry::name));
                      return entries;
                    })),
        "no host refers to");
  }

  @Test
  void whatIsPackedSmallAndIsLargeIsRefused() {
    refused(
        () -> Archive.read(FILE, "x.fwplan", new Archive.Limits(500, 1 << 30)),
        "larger than any plan");
    refused(
        () -> Archive.read(FILE, "x.fwplan", new Archive.Limits(1 << 20, 2500)),
        "larger than any plan");
  }

  @Test
  void aFirewallThatIsNotHereIsTold() {
    assertThatThrownBy(() -> PlanFile.parse(FILE, "x.fwplan", Map.of()))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("the firewall 'paper'");
  }

  // Files

  @TempDir private Path folder;

  private PlanFile file(String name) {
    return new PlanFile(folder, name);
  }

  @Test
  void aFileIsReplacedAsAWholeAndIsItsOwnersAlone() throws IOException {
    file("x.fwplan").write(Plans.saved());
    file("x.fwplan").write(Plans.saved());

    assertThat(file("x.fwplan").read(Plans.FIREWALLS)).isEqualTo(Plans.saved());
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("x.fwplan"))))
        .isEqualTo("rw-------");
    assertThat(folder.toFile().list()).containsExactly("x.fwplan");
  }

  @Test
  void whatIsNoPlanIsNeverOverwritten() throws IOException {
    Files.writeString(folder.resolve("notes"), "mine");
    refused(() -> file("notes").write(Plans.saved()), "not a saved plan");
    assertThat(folder.resolve("notes")).hasContent("mine");

    Files.createSymbolicLink(folder.resolve("link"), Path.of("notes"));
    refused(() -> file("link").write(Plans.saved()), "not a saved plan");
    refused(() -> file(".").write(Plans.saved()), "not a saved plan");
    refused(() -> file("no/x.fwplan").write(Plans.saved()), "there is no folder");
    refused(() -> file("/dev/null").write(Plans.saved()), "not a saved plan");
  }

  @Test
  void whatCanNotBeReadIsTold() {
    refused(() -> file("x.fwplan").read(Plans.FIREWALLS), "there is no such file");
    refused(() -> file(".").read(Plans.FIREWALLS), "it is a folder");
  }
}
