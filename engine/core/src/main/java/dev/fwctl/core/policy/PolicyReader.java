package dev.fwctl.core.policy;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.document.Document;
import dev.fwctl.core.document.DocumentLimits;
import dev.fwctl.core.document.DocumentReader;
import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.model.Assertion;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Policy;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.AddressSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads a policy repository. */
public final class PolicyReader {
  private static final String FORMAT_KEY = "fwctl";
  private static final String FORMAT = "1";
  private static final String SOURCES = "sources";
  private static final String POLICIES = "policies";
  private static final String ASSERTIONS = "assertions";
  private static final Set<String> KEYS = Set.of(FORMAT_KEY, SOURCES, POLICIES, ASSERTIONS);

  private final Map<String, AddressSource> addressSources;

  /**
   * Creates a reader.
   *
   * @param addressSources where addresses come from besides the documents, by the key that chooses
   *     each; {@code file} is built in
   * @throws FwctlException with code PLUGIN if one of them takes the key {@code file}
   */
  public PolicyReader(Map<String, AddressSource> addressSources) {
    this.addressSources = Map.copyOf(requireNonNull(addressSources, "addressSources is null"));
    if (this.addressSources.containsKey(FileAddressSource.KEY)) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.PLUGIN,
              "a plugin brings an address source with the key '"
                  + FileAddressSource.KEY
                  + "', which is fwctl's own",
              "remove the plugin, or choose another key in it"));
    }
  }

  /**
   * Reads all documents below a folder, whose names end in {@code .yml} or {@code .yaml}; names
   * that begin with a dot are passed over.
   *
   * @param folder the folder, or a single document
   * @param base the folder that paths in places are relative to
   * @throws FwctlException with every problem of every document; also when there is no document
   */
  public PolicyRepository read(Path folder, Path base) {
    Problems problems = new Problems();
    PolicyRepository repository = read(folder, base, problems);
    problems.throwIfAny();
    return repository;
  }

  /**
   * Reads all documents below a folder as {@link #read(Path, Path)} does, and goes on behind
   * errors.
   *
   * @param problems takes every problem of every document
   * @return what could be read; with problems it is only good for looking for more
   */
  public PolicyRepository read(Path folder, Path base, Problems problems) {
    DocumentReader reader = new DocumentReader(base, DocumentLimits.DEFAULT);
    List<Path> files = new PolicyFiles(reader::display, problems).below(folder);

    // Well-formed or not, documents do not know of each other yet, so that each core may read some.
    List<Reading> readings = files.parallelStream().map(file -> Reading.of(file, reader)).toList();
    Map<Path, Node.Mapping> documents = new LinkedHashMap<>();
    for (Reading reading : readings) {
      problems.addAll(reading.problems());
      reading
          .document()
          .flatMap(document -> content(document, problems))
          .ifPresent(content -> documents.put(reading.file(), content));
    }
    boolean allWellFormed = readings.stream().allMatch(reading -> reading.document().isPresent());

    Map<String, AddressSource> everySource = new TreeMap<>(addressSources);
    everySource.put(FileAddressSource.KEY, new FileAddressSource(base));
    Sources sources = new Sources(everySource, problems, allWellFormed);
    documents.forEach(
        (file, content) ->
            content.get(SOURCES).ifPresent(node -> sources.declare(node, folderOf(file))));

    PolicyParser parser = new PolicyParser(sources, problems);
    AssertionParser asserted = new AssertionParser(sources, problems);
    for (Node.Mapping content : documents.values()) {
      content.get(POLICIES).ifPresent(parser::parse);
      content.get(ASSERTIONS).ifPresent(asserted::parse);
    }

    List<Policy> policies = new ArrayList<>(parser.policies());
    policies.sort(Comparator.comparing(Policy::name));
    List<Assertion> assertions = new ArrayList<>(asserted.assertions());
    assertions.sort(Comparator.comparing(Assertion::name));
    return new PolicyRepository(
        sources.declared(),
        policies,
        assertions,
        files.stream().map(reader::display).sorted().toList());
  }

  private record Reading(Path file, Optional<Document> document, List<Problem> problems) {
    static Reading of(Path file, DocumentReader reader) {
      Problems problems = new Problems();
      Optional<Document> document = reader.read(file, problems);
      return new Reading(file, document, problems.sorted());
    }
  }

  private static Path folderOf(Path file) {
    return requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a folder");
  }

  /** Returns a document's top level, once it is seen to be a policy document of our format. */
  private static Optional<Node.Mapping> content(Document document, Problems problems) {
    if (document.root().isEmpty()) {
      problems.add(
          document.start(),
          ErrorCode.DOCUMENT_INVALID,
          "the document is empty",
          "begin it with 'fwctl: 1', or remove the file");
      return Optional.empty();
    }
    Shapes shapes = new Shapes(problems);
    Optional<Node.Mapping> content =
        shapes.mapping(document.root().get(), "a policy document", "begin it with 'fwctl: 1'");
    if (content.isEmpty() || !hasFormat(content.get(), document, shapes, problems)) {
      return Optional.empty();
    }
    shapes.refuseUnknownKeys(content.get(), KEYS);
    return content;
  }

  private static boolean hasFormat(
      Node.Mapping content, Document document, Shapes shapes, Problems problems) {
    Optional<Node> declared = content.get(FORMAT_KEY);
    if (declared.isEmpty()) {
      problems.add(
          document.start(),
          ErrorCode.DOCUMENT_INVALID,
          "'fwctl: 1' is missing, which marks a policy document and its format",
          "begin the document with it");
      return false;
    }
    Optional<String> format = shapes.text(declared.get(), "'fwctl'", "write 'fwctl: 1'");
    if (format.isPresent() && !format.get().equals(FORMAT)) {
      problems.add(
          declared.get().place(),
          ErrorCode.UNSUPPORTED,
          "format " + format.get() + " is not one that this fwctl reads",
          "write 'fwctl: 1', or use a newer fwctl");
      return false;
    }
    return format.isPresent();
  }
}
