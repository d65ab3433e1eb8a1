package dev.fwctl.cli;

import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabFolders;
import dev.fwctl.lab.LabHost;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures fwctl against what a shell user has, both sides in the same run. */
@Command(
    name = "bench",
    description = {
      "Measures fwctl on a lab, beside its peers and in turn with them.",
      "That is 'plan' against parallel OpenSSH logins that run iptables-save, and 'apply'"
          + " against Ansible's iptables module where ansible-playbook is installed. Prints times"
          + " and ratios."
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  private static final String NAME = "bench";
  private static final long LIMIT_SECONDS = 1200;

  /** How many hosts Ansible changes at a time unless told otherwise. */
  private static final int ANSIBLE_FORKS = 5;

  /** How many lines are shown of what a failed command printed. */
  private static final int TAIL = 20;

  /** The same eleven rules on both sides: SSH, ping and three services for three peers each. */
  private static final String POLICY =
      """
      fwctl: 1
      policies:
        bench:
          hosts: all
          inbound:
            default: drop
            allow:
              - {to: host, port: 22/tcp, from: any}
              - {to: host, icmp: echo-request, from: any}
              - {to: host, port: [80/tcp, 443/tcp, 9100/tcp], from: [203.0.113.0/24, 198.51.100.7, 198.51.100.8]}
      """;

  private static final String NO_POLICY = "fwctl: 1\n";

  @Option(
      names = "--hosts",
      paramLabel = "N",
      description = "How many hosts. Default: ${DEFAULT-VALUE}",
      defaultValue = "50")
  private int hosts;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "How many counted runs of each side. Default: ${DEFAULT-VALUE}",
      defaultValue = "5")
  private int runs;

  @Option(names = "--ansible", description = "Measure against Ansible, too, which takes minutes.")
  private boolean ansible;

  private final PrintStream out;

  BenchCommand(Context context) {
    this.out = context.terminal().out();
  }

  @Override
  public Integer call() {
    if (hosts < 1 || runs < 1) {
      throw failed("--hosts and --runs are at least 1");
    }
    Lab.down(LabFolders.standard(), NAME);
    try (AtExit _ = new AtExit("bench down", () -> Lab.down(LabFolders.standard(), NAME))) {
      Path folder = Files.createTempDirectory("fwctl-bench");
      try {
        measure(folder);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Lab.down(LabFolders.standard(), NAME);
    }
    return 0;
  }

  private void measure(Path folder) throws IOException {
    say("Bringing up %d hosts with sshd …".formatted(hosts));
    Lab lab = Lab.up(LabSpec.fleet(NAME, hosts, 0, List.of(LabSpec.DEFAULT_RELEASE)), this::say);
    Path policies = Files.createDirectory(folder.resolve("policies"));
    Files.writeString(policies.resolve("bench.yml"), POLICY);
    Path none = Files.createDirectory(folder.resolve("none"));
    Files.writeString(none.resolve("none.yml"), NO_POLICY);

    List<String> plan = fwctl(lab, policies, "plan");
    List<String> logins = List.of("sh", write(folder, "logins.sh", logins(lab)).toString());
    compare(lab, "plan", plan, "OpenSSH logins with iptables-save", logins);

    List<String> apply = fwctl(lab, policies, "apply", "--auto-approve");
    List<String> remove = fwctl(lab, none, "apply", "--auto-approve");
    double[] first = new double[runs];
    double[] again = new double[runs];
    for (int i = 0; i < runs; i++) {
      seconds(lab, remove);
      first[i] = seconds(lab, apply);
      again[i] = seconds(lab, apply);
    }
    row("first apply", first);
    row("apply with nothing to do", again);
    seconds(lab, remove);
    if (ansible) {
      againstAnsible(lab, folder, first, again);
    }
  }

  private void againstAnsible(Lab lab, Path folder, double[] first, double[] again)
      throws IOException {
    if (!installed("ansible-playbook")) {
      say("Ansible is not installed here (on Debian: apt-get install ansible-core).");
      return;
    }
    Path playbook = write(folder, "rules.yml", playbook());
    for (int forks : List.of(ANSIBLE_FORKS, hosts)) {
      List<String> command =
          List.of(
              "env",
              "ANSIBLE_FORKS=" + forks,
              "ANSIBLE_GATHERING=explicit",
              "ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3",
              "ansible-playbook",
              "-i",
              lab.inventory().toString(),
              playbook.toString());
      double firstAnsible = seconds(lab, command);
      double againAnsible = seconds(lab, command);
      for (LabHost host : lab.hosts()) {
        seconds(lab, host.name(), List.of("iptables", "-F", "INPUT"));
      }
      row("Ansible, %d forks, first apply".formatted(forks), firstAnsible);
      row("Ansible, %d forks, nothing to do".formatted(forks), againAnsible);
      ratio("Ansible / fwctl, first apply", firstAnsible / median(first));
      ratio("Ansible / fwctl, nothing to do", againAnsible / median(again));
    }
  }

  /** Runs both sides in turn, so that a machine that slows down slows both. */
  private void compare(
      Lab lab, String name, List<String> ours, String otherName, List<String> theirs) {
    seconds(lab, ours);
    seconds(lab, theirs);
    double[] mine = new double[runs];
    double[] others = new double[runs];
    double[] ratios = new double[runs];
    for (int i = 0; i < runs; i++) {
      mine[i] = seconds(lab, ours);
      others[i] = seconds(lab, theirs);
      ratios[i] = mine[i] / others[i];
    }
    row(name, mine);
    row(otherName, others);
    row("ratio, pair by pair", ratios);
  }

  private List<String> fwctl(Lab lab, Path policies, String... words) {
    Path home = Path.of(System.getProperty("fwctl.home", "."));
    List<String> command =
        new ArrayList<>(
            List.of("env", "FWCTL_BUILD=never", home.resolve("fwctl").toAbsolutePath().toString()));
    command.addAll(Arrays.asList(words));
    command.addAll(
        List.of(
            "-i",
            lab.inventory().toString(),
            "-p",
            policies.toString(),
            "--parallelism",
            Integer.toString(Math.min(hosts, 1000))));
    return command;
  }

  private static String logins(Lab lab) {
    StringBuilder script = new StringBuilder();
    for (LabHost host : lab.hosts()) {
      script
          .append("ssh -F none -i '")
          .append(lab.privateKey())
          .append("' -o BatchMode=yes -o IdentitiesOnly=yes -o UserKnownHostsFile='")
          .append(lab.knownHosts())
          .append("' root@")
          .append(host.ipv4())
          .append(" iptables-save >/dev/null || echo failed &\n");
    }
    return script.append("wait\n").toString();
  }

  private static String playbook() {
    StringBuilder text = new StringBuilder("- hosts: all\n  gather_facts: false\n  tasks:\n");
    rule(text, "protocol: tcp, destination_port: '22', jump: ACCEPT");
    rule(text, "protocol: icmp, jump: ACCEPT");
    for (String port : List.of("80", "443", "9100")) {
      for (String source : List.of("203.0.113.0/24", "198.51.100.7", "198.51.100.8")) {
        rule(
            text,
            "protocol: tcp, destination_port: '%s', source: %s, jump: ACCEPT"
                .formatted(port, source));
      }
    }
    return text.toString();
  }

  private static void rule(StringBuilder text, String parameters) {
    text.append("    - ansible.builtin.iptables: {chain: INPUT, ").append(parameters).append("}\n");
  }

  private double seconds(Lab lab, List<String> command) {
    return seconds(lab, "controller", command);
  }

  private double seconds(Lab lab, String member, List<String> command) {
    try {
      File log = File.createTempFile("fwctl-bench", ".log");
      long begin = System.nanoTime();
      Process process =
          lab.process(member, command)
              .redirectErrorStream(true)
              .redirectOutput(log)
              .redirectInput(new File("/dev/null"))
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw failed("no end within " + LIMIT_SECONDS + " s: " + String.join(" ", command));
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      String printed = Files.readString(log.toPath());
      Files.delete(log.toPath());
      if (process.exitValue() != 0 || printed.lines().anyMatch("failed"::equals)) {
        List<String> lines = printed.lines().toList();
        throw failed(
            String.join(" ", command)
                + " failed:\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size())));
      }
      return seconds;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted");
    }
  }

  private static boolean installed(String program) {
    return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static Path write(Path folder, String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private void row(String name, double... values) {
    say(
        String.format(
            Locale.ROOT,
            "%-34s median %7.2f   min %7.2f   max %7.2f",
            name,
            median(values),
            Arrays.stream(values).min().orElseThrow(),
            Arrays.stream(values).max().orElseThrow()));
  }

  private void ratio(String name, double value) {
    say(String.format(Locale.ROOT, "%-34s %14.1f times", name, value));
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  private static FwctlException failed(String what) {
    return new FwctlException(Problem.of(ErrorCode.LAB, what));
  }
}
