package dev.fwctl.cli;

import dev.fwctl.core.explain.Explainer;
import dev.fwctl.core.explain.Explanation;
import dev.fwctl.core.explain.Question;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.core.known.SavedHost;
import dev.fwctl.core.report.ExplainText;
import dev.fwctl.model.Host;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows one packet's way through a host. */
@Command(
    name = "explain",
    description = {
      "Shows one packet's way through a host: the rules that decide, and whose they are.",
      "Changes nothing."
    },
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "HOST",
      description = "The host; needless where there is one.")
  private @Nullable String host;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "ADDRESS[:PORT]",
      description = "Where the packet comes from.")
  private String from = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "WHERE",
      description = {
        "Where it is bound: ':8081/tcp' for the host, '192.0.2.10:8081/tcp',",
        "'[2001:db8::1]:53/udp', 'container/NAME:8080/tcp' for a container's own",
        "address, '/icmp' or '192.0.2.10/icmp' for a ping."
      })
  private String to = "";

  @Option(
      names = "--in",
      paramLabel = "INTERFACE",
      description = "The interface it comes in by, where routes do not tell.")
  private @Nullable String in;

  @Option(
      names = "--rules",
      paramLabel = "FILE",
      description = {
        "Ask no host: what iptables-save or ip6tables-save printed, or both in one file.",
        "May be given several times."
      })
  private List<Path> rules = new ArrayList<>();

  @Option(
      names = "--facts",
      paramLabel = "FILE",
      description = "Ask no host: what 'fwctl facts --json' printed.")
  private @Nullable Path facts;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  private final Context context;

  ExplainCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Question question = Question.parse(from, to, Optional.ofNullable(in));
    Explanation explanation = Explainer.explain(known(question), question);
    if (output.json()) {
      context.output().events().version(VersionProvider.version());
      context.output().events().explanation(explanation);
    } else {
      Terminal terminal = context.terminal();
      terminal.out().print(new ExplainText(terminal.style(output)).explanation(explanation));
    }
    return 0;
  }

  private KnownHost known(Question question) {
    Optional<String> name = Optional.ofNullable(host);
    if (!rules.isEmpty() || facts != null) {
      return new SavedHost(context.base())
          .read(rules, Optional.ofNullable(facts), name, question.family());
    }
    try (Session session = Session.on(context.base(), repository, name)) {
      Map<Host, HostReading> readings =
          FleetFacts.askAll(session, 1, context.terminal(), output.json());
      Map.Entry<Host, HostReading> asked = readings.entrySet().iterator().next();
      return KnownHost.of(asked.getKey().name(), asked.getValue());
    }
  }
}
