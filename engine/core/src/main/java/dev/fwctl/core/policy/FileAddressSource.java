package dev.fwctl.core.policy;

import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.TextReader;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.AddressSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads addresses from a text file: one address or prefix a line, {@code #} begins a comment. */
final class FileAddressSource implements AddressSource {
  static final String KEY = "file";

  /** 16 MiB, room for a million prefixes. */
  private static final int SIZE_LIMIT = 16 << 20;

  /** Beyond so many bad lines a file is not a list with mistakes but something else. */
  private static final int REPORTED_LINES = 20;

  private final TextReader reader;

  FileAddressSource(Path base) {
    this.reader = new TextReader(base, SIZE_LIMIT);
  }

  @Override
  public String key() {
    return KEY;
  }

  @Override
  public AddressSet read(String value, Place place, Path folder) {
    Problems problems = new Problems();
    Path file = resolve(value, place, folder);
    Optional<String> text = reader.read(file, problems);
    List<IpPrefix> prefixes = new ArrayList<>();
    if (text.isPresent()) {
      prefixes.addAll(parse(text.get(), reader.display(file), problems));
      if (prefixes.isEmpty() && problems.isEmpty()) {
        problems.add(
            place,
            ErrorCode.DOCUMENT_INVALID,
            "'" + value + "' lists no address",
            "list at least one, or remove the source");
      }
    }
    // A file that can't be had has no place of its own; the place that names it is where to look.
    List<Problem> placed =
        problems.sorted().stream()
            .map(
                problem ->
                    problem.place().isPresent()
                        ? problem
                        : Problem.at(
                            place,
                            problem.code(),
                            problem.message(),
                            "a path is relative to this document"))
            .toList();
    if (!placed.isEmpty()) {
      throw new FwctlException(placed);
    }
    return AddressSet.ofPrefixes(prefixes);
  }

  private static Path resolve(String value, Place place, Path folder) {
    try {
      return folder.resolve(value);
    } catch (InvalidPathException invalid) {
      throw new FwctlException(
          Problem.at(place, ErrorCode.FILE_UNREADABLE, "'" + value + "' is not a path"), invalid);
    }
  }

  private static List<IpPrefix> parse(String text, String name, Problems problems) {
    Problems found = new Problems();
    Addresses addresses = new Addresses(found);
    List<IpPrefix> prefixes = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      int comment = line.indexOf('#');
      String content = comment < 0 ? line : line.substring(0, comment);
      String address = content.strip();
      if (!address.isEmpty()) {
        int column = content.indexOf(address) + 1;
        addresses.parse(address, new Place(name, number, column)).ifPresent(prefixes::add);
      }
    }
    List<Problem> all = found.sorted();
    problems.addAll(all.subList(0, Math.min(all.size(), REPORTED_LINES)));
    if (all.size() > REPORTED_LINES) {
      problems.add(
          all.get(REPORTED_LINES).place().orElseThrow(),
          ErrorCode.DOCUMENT_INVALID,
          "%d more lines of this file are no addresses".formatted(all.size() - REPORTED_LINES),
          "a list has one address or prefix a line, '#' begins a comment");
    }
    return prefixes;
  }
}
