package dev.fwctl.cli;

import dev.fwctl.core.exposure.FleetSurvey;
import dev.fwctl.core.exposure.FleetSurvey.Subject;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.core.known.SavedHost;
import dev.fwctl.core.report.ExposureHtml;
import dev.fwctl.core.report.ExposureText;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows who can reach what today. */
@Command(
    name = "exposure",
    description = {
      "Shows who can reach what today, and which rules let them in.",
      "Containers, published ports and services of hosts, the worst first. Needs no policy",
      "and no repository. Changes nothing."
    },
    mixinStandardHelpOptions = true)
final class ExposureCommand implements Callable<Integer> {
  @Option(
      names = "--rules",
      paramLabel = "FILE",
      description = {
        "Ask no host: what iptables-save or ip6tables-save printed, or both in one file,",
        "in place of the rules of --facts, for one host. May be given several times."
      })
  private List<Path> rules = new ArrayList<>();

  @Option(
      names = "--facts",
      paramLabel = "FILE|FOLDER",
      description = {
        "Ask no host: what 'fwctl facts --json' printed, of one host or of many, or a",
        "folder of such files (*.json). May be given several times."
      })
  private List<Path> facts = new ArrayList<>();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a report as a page that needs nothing else, too.")
  private @Nullable Path html;

  @Option(names = "--all-sources", description = "Name every source, also where there are many.")
  private boolean allSources;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  private final Context context;

  ExposureCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Optional<ReportFile> page =
        Optional.ofNullable(html)
            .map(file -> new ReportFile(context.base(), file, "--html exposure.html"));
    page.ifPresent(ReportFile::requireFolder);
    FleetSurvey.Result result = facts.isEmpty() && rules.isEmpty() ? asked() : saved();
    if (output.json()) {
      context.output().events().version(VersionProvider.version());
      context.output().events().exposure(result);
    } else {
      Terminal terminal = context.terminal();
      terminal
          .out()
          .print(
              new ExposureText(terminal.style(output), new ProblemText(context.base()), allSources)
                  .exposure(result));
    }
    page.ifPresent(
        file -> file.write(ExposureHtml.page(result, VersionProvider.version(), Instant.now())));
    int all = result.hosts().size() + result.failed().size();
    return hosts.tolerance().bears(result.failed().size(), all) ? 0 : PlanCommand.INCOMPLETE;
  }

  private FleetSurvey.Result asked() {
    try (Session session = Session.open(context.base(), repository, hosts)) {
      Map<Host, HostReading> readings =
          FleetFacts.askAll(session, hosts.parallelism(), context.terminal(), output.json());
      return FleetSurvey.of(
          readings.entrySet().stream()
              .map(
                  asked ->
                      new Subject(
                          asked.getKey().name(),
                          () -> Optional.of(KnownHost.of(asked.getKey().name(), asked.getValue()))))
              .toList());
    }
  }

  private FleetSurvey.Result saved() {
    if (hosts.limit().isPresent() || hosts.exclude().isPresent()) {
      throw usage(
          "--limit and --exclude select hosts of an inventory, not of files",
          "name the files of the hosts that you want with --facts");
    }
    SavedHost saved = new SavedHost(context.base());
    if (!rules.isEmpty()) {
      if (facts.size() > 1) {
        throw usage(
            "--rules is of one host, and there are several --facts", "give the facts of that host");
      }
      if (facts.isEmpty()) {
        throw usage(
            "--rules alone do not tell which addresses, containers and programs the host has",
            "give its facts, too, as in --facts web-01.json; 'fwctl facts --json' prints them");
      }
      KnownHost host = saved.read(rules, facts.stream().findFirst(), Optional.empty(), Family.IPV4);
      return FleetSurvey.of(List.of(new Subject(host.name(), () -> Optional.of(host))));
    }
    FleetSurvey.Result result =
        FleetSurvey.of(
            saved.all(facts).stream().map(one -> new Subject(one.place(), one.known())).toList());
    if (result.hosts().isEmpty() && result.failed().isEmpty()) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.DOCUMENT_INVALID,
              "--facts holds facts of no host",
              "make the file with 'fwctl facts --json'"));
    }
    return result;
  }

  private static FwctlException usage(String message, String hint) {
    return new FwctlException(Problem.of(ErrorCode.USAGE, message, hint));
  }
}
