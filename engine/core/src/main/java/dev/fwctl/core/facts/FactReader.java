package dev.fwctl.core.facts;

import static java.util.Objects.requireNonNull;
import static java.util.function.Predicate.not;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Fact;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.UnderWay;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import dev.fwctl.spi.Script;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Reads all facts of one host in one round trip; safe for use by many threads. */
public final class FactReader {
  private final SequencedMap<String, FactGatherer> gatherers = new LinkedHashMap<>();
  private final SequencedMap<String, String> probes = new LinkedHashMap<>();

  /** How answers are read that tell of fwctl and not of the host. */
  private final Map<String, Function<ProbeAnswer, Optional<? extends Fact>>> own =
      Map.of(
          ReceiptFormat.NAME, FactReader::receipt,
          UnderWayFormat.NAME, FactReader::underWay,
          BootFormat.NAME, BootFormat::read);

  private final FactLimits limits;
  private final SecureRandom random = new SecureRandom();

  /**
   * Makes a reader.
   *
   * @param gatherers what to ask; the receipt, what is under way and what boot brings are always
   *     asked for besides
   * @throws FwctlException with code PLUGIN if a gatherer's name is taken or not of lower case
   *     letters, digits and hyphens
   */
  public FactReader(List<FactGatherer> gatherers, FactLimits limits) {
    this.limits = limits;
    probes.put(ReceiptFormat.NAME, AppliedFile.receiptProbe());
    probes.put(UnderWayFormat.NAME, UnderWayFormat.PROBE);
    probes.put(BootFormat.NAME, BootFormat.PROBE);
    for (FactGatherer gatherer : gatherers) {
      String name = gatherer.name();
      if (!name.matches("[a-z0-9]+(-[a-z0-9]+)*")) {
        throw new FwctlException(
            Problem.of(
                ErrorCode.PLUGIN,
                "the gatherer " + gatherer.getClass().getName() + " calls itself '" + name + "'",
                "a name is lower case letters, digits and hyphens"));
      }
      if (probes.putIfAbsent(name, gatherer.probe()) != null) {
        throw new FwctlException(
            Problem.of(
                ErrorCode.PLUGIN,
                "two gatherers are called '" + name + "'",
                "remove one of the plugins"));
      }
      this.gatherers.put(name, gatherer);
    }
  }

  /**
   * Asks a host.
   *
   * @throws FwctlException when the host does not answer or its shell does not run the probes; a
   *     single fact that is missing throws nothing
   */
  public HostReading.Gathered read(Connection connection) {
    long start = System.nanoTime();
    ProbeScript script = new ProbeScript(token(), probes);
    Execution execution =
        connection.execute(new Script(script.text(), limits.script(), limits.outputBytes()));
    SortedMap<String, Fact> facts = new TreeMap<>();
    SortedMap<String, FwctlException> missing = new TreeMap<>();
    for (ProbeScript.Section section : script.split(execution)) {
      try {
        parse(section).ifPresent(fact -> facts.put(section.name(), fact));
      } catch (FwctlException e) {
        missing.put(section.name(), e);
      }
    }
    return new HostReading.Gathered(
        new HostFacts(facts), missing, Duration.ofNanos(System.nanoTime() - start));
  }

  private String token() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return "fwctl" + HexFormat.of().formatHex(bytes);
  }

  private Optional<Fact> parse(ProbeScript.Section section) {
    String name = section.name();
    ProbeAnswer answer =
        section
            .answer()
            .orElseThrow(
                () ->
                    new FwctlException(
                        Problem.of(
                            ErrorCode.ANSWER_MALFORMED,
                            "the answer about '" + name + "' broke off",
                            "run 'fwctl facts' on this host again; something may have ended its"
                                + " shell")));
    if (answer.output().length() > limits.sectionCharacters()) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.LIMIT_EXCEEDED,
              "the answer about '%s' is longer than %d characters"
                  .formatted(name, limits.sectionCharacters())));
    }
    Function<ProbeAnswer, Optional<? extends Fact>> ours = own.get(name);
    if (ours != null) {
      return ours.apply(answer).map(Fact.class::cast);
    }
    FactGatherer gatherer = requireNonNull(gatherers.get(name));
    try {
      return Optional.of(gatherer.parse(answer));
    } catch (FwctlException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      // A mistake in a plugin, found by what one host answered, is no reason to give up the others.
      throw new FwctlException(
          Problem.of(
              ErrorCode.ANSWER_MALFORMED,
              "the gatherer '%s' failed on what the host answered: %s".formatted(name, e),
              "run with --debug and report it to the plugin's author"),
          e);
    }
  }

  private static Optional<Receipt> receipt(ProbeAnswer answer) {
    if (answer.exitStatus() != 0) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.ANSWER_MALFORMED,
              "the receipt of the last apply, "
                  + AppliedFile.PATH
                  + ", can't be read: "
                  + answer.errors().strip()));
    }
    return answer.output().isEmpty()
        ? Optional.empty()
        : Optional.of(new ReceiptFormat().read(answer.output()));
  }

  private static Optional<UnderWay> underWay(ProbeAnswer answer) {
    return Optional.of(UnderWayFormat.read(answer)).filter(not(UnderWay.NOTHING::equals));
  }
}
