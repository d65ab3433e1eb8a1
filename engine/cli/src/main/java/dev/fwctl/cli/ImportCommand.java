package dev.fwctl.cli;

import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.importing.HostDraft;
import dev.fwctl.core.importing.Review;
import dev.fwctl.core.proof.Proofs;
import dev.fwctl.core.report.DraftText;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes policies that say what hosts let in today. */
@Command(
    name = "import",
    description = {
      "Writes a policy document that says what hosts let in today.",
      "By it a plan changes nobody's reach. Needs no policy. Changes nothing on the hosts."
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write it into a new file, such as policies/imported.yml, not to the terminal.")
  private @Nullable Path out;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  private final Context context;

  ImportCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Optional<ReportFile> file =
        Optional.ofNullable(out)
            .map(it -> new ReportFile(context.base(), it, "--out policies/imported.yml"));
    file.ifPresent(ReportFile::requireNew);
    if (output.json()) {
      context.output().events().version(VersionProvider.version());
    }
    try (Session session = Session.open(context.base(), repository, hosts)) {
      Map<Host, HostReading> readings =
          FleetFacts.askAll(session, hosts.parallelism(), context.terminal(), output.json());
      SortedMap<String, HostDraft> drafts = new ConcurrentSkipListMap<>();
      Map<Host, HostFacts> drafted = new ConcurrentHashMap<>();
      SortedMap<String, List<Problem>> failed = new ConcurrentSkipListMap<>();
      readings.entrySet().parallelStream()
          .forEach(
              entry -> {
                Host host = entry.getKey();
                try {
                  HostFacts facts = facts(entry.getValue());
                  drafts.put(host.name(), HostDraft.of(facts, session.extensions().backends()));
                  drafted.put(host, facts);
                } catch (FwctlException e) {
                  failed.put(host.name(), e.problems());
                }
              });
      if (!drafts.isEmpty()) {
        String document = DraftText.document(head(), drafts);
        SortedMap<String, Review> reviews =
            Review.of(
                document,
                drafted,
                FleetPlan.selection(session),
                FleetPlan.planner(session, Proofs.withoutAssertions()));
        file.ifPresent(it -> it.writeNew(document));
        report(document, reviews);
      }
      failed.forEach((host, why) -> why.forEach(problem -> error(problem, host)));
      return hosts.tolerance().bears(failed.size(), readings.size()) ? 0 : PlanCommand.INCOMPLETE;
    }
  }

  private static HostFacts facts(HostReading reading) {
    return switch (reading) {
      case HostReading.Failed failed -> throw failed.failure();
      case HostReading.Gathered gathered -> {
        if (!gathered.obstacles().isEmpty()) {
          throw new FwctlException(gathered.obstacles());
        }
        yield gathered.facts();
      }
    };
  }

  private static List<String> head() {
    return List.of(
        "What these hosts let in on %s, written by fwctl %s."
            .formatted(LocalDate.now(), VersionProvider.version()),
        "Rules of others are still in force there, and keep out whom they kept out.");
  }

  private void report(String document, SortedMap<String, Review> reviews) {
    if (output.json()) {
      context.output().events().imported(document, reviews.keySet());
    } else if (out != null) {
      context.terminal().out().println(DraftText.written(out.toString(), reviews.size()));
    } else {
      context.terminal().out().print(document);
    }
    reviews.forEach((host, review) -> warnings(review).forEach(warning -> warn(warning, host)));
  }

  private static List<Problem> warnings(Review review) {
    List<Problem> warnings = new ArrayList<>();
    review
        .changes()
        .forEach(
            change ->
                warnings.add(
                    Problem.of(
                        ErrorCode.UNENFORCEABLE,
                        "a plan by this policy changes something all the same: "
                            + DraftText.words(change),
                        "policies can't say it more exactly; look whether it matters")));
    review
        .problems()
        .forEach(
            problem ->
                warnings.add(
                    Problem.of(
                        problem.code(),
                        "this policy can't be planned as it stands: " + problem.message(),
                        problem.hint().orElse("put that right on the host first"))));
    return warnings;
  }

  private void warn(Problem warning, String host) {
    if (output.json()) {
      context.output().events().warning(warning, Optional.of(host));
    } else {
      context.terminal().err().print(text().warning(named(warning, host)));
    }
  }

  private void error(Problem error, String host) {
    if (output.json()) {
      context.output().events().error(error, Optional.of(host));
    } else {
      context.terminal().err().print(text().error(named(error, host)));
    }
  }

  private ProblemText text() {
    return new ProblemText(context.base());
  }

  private static Problem named(Problem problem, String host) {
    return new Problem(
        problem.code(), host + ": " + problem.message(), problem.place(), problem.hint());
  }
}
