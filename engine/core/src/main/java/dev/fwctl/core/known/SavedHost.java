package dev.fwctl.core.known;

import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.TextReader;
import dev.fwctl.core.facts.FactsFile;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Reads from files what is known of a host. */
public final class SavedHost {
  /** Facts of many hosts are one file. */
  private static final int FILE_BYTES = 256 << 20;

  private static final String SUFFIX = ".json";

  private final Path base;
  private final TextReader reader;

  /**
   * Creates a reader.
   *
   * @param base the folder that paths are relative to
   */
  public SavedHost(Path base) {
    this.base = base;
    this.reader = new TextReader(base, FILE_BYTES);
  }

  /**
   * Reads a host.
   *
   * @param rules files of what iptables-save or ip6tables-save printed; without any, the rules are
   *     those of the facts
   * @param facts a file of what {@code fwctl facts --json} printed
   * @param host the host in that file; needless when there is one
   * @param family the family of rules that nothing tells the family of
   * @throws FwctlException with what is wrong with the files, and where
   */
  public KnownHost read(
      List<Path> rules, Optional<Path> facts, Optional<String> host, Family family) {
    KnownHost known =
        facts
            .map(file -> FactsFile.read(text(file), reader.display(base.resolve(file)), host))
            .map(found -> of(found, rules.isEmpty()))
            .orElseGet(() -> KnownHost.of(host.orElse("the host"), new HostFacts(new TreeMap<>())));
    return rules.isEmpty() ? known : withRules(known, rules, family);
  }

  /**
   * One of many hosts.
   *
   * @param place where it is to be found
   * @param known reads it; nothing if it turns out to be no host
   */
  public record Entry(String place, Supplier<Optional<KnownHost>> known) {}

  /**
   * Finds all hosts of some files, each to be read by itself.
   *
   * @param facts files of what {@code fwctl facts --json} printed, and folders of such files
   * @throws FwctlException when one of them can't be read or holds nothing
   */
  public List<Entry> all(List<Path> facts) {
    List<Entry> entries = new ArrayList<>();
    for (Path named : facts) {
      for (Path file : files(base.resolve(named))) {
        String name = reader.display(file);
        int number = 0;
        for (String line : text(file).lines().toList()) {
          int place = ++number;
          entries.add(
              new Entry(
                  name + ":" + place,
                  () -> FactsFile.readLine(line, name, place).map(found -> of(found, true))));
        }
      }
    }
    return entries;
  }

  private List<Path> files(Path named) {
    if (!Files.isDirectory(named)) {
      return List.of(named);
    }
    try (Stream<Path> entries = Files.list(named)) {
      List<Path> files =
          entries.filter(file -> file.getFileName().toString().endsWith(SUFFIX)).sorted().toList();
      if (files.isEmpty()) {
        throw new FwctlException(
            Problem.of(
                ErrorCode.DOCUMENT_INVALID,
                "%s holds no file whose name ends in %s".formatted(reader.display(named), SUFFIX),
                "put there what 'fwctl facts --json' printed"));
      }
      return files;
    } catch (IOException e) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.DOCUMENT_INVALID,
              "%s can't be read: %s".formatted(reader.display(named), e.getMessage())),
          e);
    }
  }

  private static KnownHost of(FactsFile.Found found, boolean rulesNeeded) {
    KnownHost known = KnownHost.of(found.host(), found.facts());
    if (!rulesNeeded) {
      return known;
    }
    return found
        .facts()
        .find(FirewallFacts.class)
        .map(known::with)
        .orElseThrow(
            () ->
                new FwctlException(
                    Problem.of(
                        ErrorCode.DOCUMENT_INVALID,
                        "the facts of %s do not tell its rules".formatted(found.host()),
                        "give what iptables-save printed with --rules FILE")));
  }

  private KnownHost withRules(KnownHost host, List<Path> files, Family family) {
    Map<Family, List<Table>> rules = new EnumMap<>(Family.class);
    List<String> remarks = new ArrayList<>();
    for (Path file : files) {
      String name = reader.display(base.resolve(file));
      RulesetText.Families read = RulesetText.readFile(text(file), name);
      Map<Family, List<Table>> tables = new EnumMap<>(Family.class);
      tables.putAll(read.tables());
      if (!read.ofEither().isEmpty()) {
        tables.put(family, read.ofEither());
        remarks.add(
            "%s does not tell whether it is of iptables or ip6tables; taken for %s"
                .formatted(name, family.label()));
      }
      tables.forEach(
          (its, found) -> {
            if (rules.putIfAbsent(its, found) != null) {
              throw new FwctlException(
                  Problem.of(
                      ErrorCode.CONFLICT,
                      "--rules: %s holds rules of %s, and so does a file before"
                          .formatted(name, its.label()),
                      "give one dump of each family"));
            }
          });
    }
    return host.with(rules, remarks);
  }

  private String text(Path file) {
    Problems problems = new Problems();
    Optional<String> text = reader.read(base.resolve(file), problems);
    problems.throwIfAny();
    return text.orElseThrow();
  }
}
