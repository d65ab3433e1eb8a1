package dev.fwctl.cli;

import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabFolders;
import dev.fwctl.lab.LabHost;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.Outcome;
import dev.fwctl.lab.Probe;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A throwaway fleet of real hosts on this machine, to try things on. */
@Command(
    name = "lab",
    description = {
      "A throwaway fleet of real hosts on this machine.",
      "Each host has its own network, root file system, sshd and firewall, and dockerd if asked."
    },
    subcommands = {BenchCommand.class, CampaignCommand.class},
    mixinStandardHelpOptions = true)
final class LabCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command is given");
  }

  /** Which lab is meant. */
  static final class Name {
    @Option(
        names = "--name",
        paramLabel = "NAME",
        description = "The lab; several stand side by side. Default: ${DEFAULT-VALUE}.",
        defaultValue = LabSpec.DEFAULT_NAME)
    private String name;

    Lab lab() {
      return Lab.find(LabFolders.standard(), name)
          .orElseThrow(
              () ->
                  new FwctlException(
                      Problem.of(
                          ErrorCode.LAB,
                          "there is no lab '" + name + "', or not all of it",
                          "fwctl lab status lists what there is, fwctl lab up brings one up")));
    }

    /** Returns the option that names this lab, or nothing where it is the default. */
    String option() {
      return name.equals(LabSpec.DEFAULT_NAME) ? "" : " --name " + name;
    }
  }

  @Command(
      name = "setup",
      description =
          "Installs the Debian packages that the lab needs; starts none of their services.",
      mixinStandardHelpOptions = true)
  void setup() {
    PrintWriter out = spec.commandLine().getOut();
    if (Lab.missingPackages().isEmpty()) {
      out.println("Nothing to install: the lab has all that it needs.");
    } else {
      Lab.installMissingPackages(out::println);
    }
    out.flush();
  }

  @Command(
      name = "up",
      description = "Brings a lab up and says how to use it.",
      mixinStandardHelpOptions = true)
  void up(
      @Mixin Name name,
      @Option(
              names = "--hosts",
              paramLabel = "N",
              description = "How many hosts. Default: ${DEFAULT-VALUE}.",
              defaultValue = "3")
          int hosts,
      @Option(
              names = "--docker",
              paramLabel = "M",
              description = "How many of them run dockerd, the first ones. Default: all.")
          Optional<Integer> docker,
      @Option(
              names = "--release",
              paramLabel = "RELEASE",
              split = ",",
              description =
                  "Debian releases of the hosts, which take them in turn. Default:"
                      + " ${DEFAULT-VALUE}.",
              defaultValue = LabSpec.DEFAULT_RELEASE)
          List<String> releases,
      @Option(
              names = "--legacy",
              description = "The hosts have iptables-legacy instead of iptables-nft.")
          boolean legacy,
      @Option(
              names = "--systemd",
              description =
                  "The hosts run systemd, with sshd and dockerd as units: for boot, timers and"
                      + " reboots, by 'fwctl lab exec HOST -- systemctl reboot'.")
          boolean systemd) {
    PrintWriter out = spec.commandLine().getOut();
    LabSpec plain = LabSpec.fleet(name.name, hosts, docker.orElse(hosts), releases);
    LabSpec fleet = legacy ? plain.onLegacyIptables() : plain;
    Lab lab =
        Lab.up(
            systemd ? fleet.underSystemd() : fleet,
            message -> {
              out.println(message);
              out.flush();
            });
    print(lab, name, out);
  }

  @Command(
      name = "status",
      description = "Lists the labs on this machine and their hosts.",
      mixinStandardHelpOptions = true)
  void status() {
    PrintWriter out = spec.commandLine().getOut();
    LabFolders folders = LabFolders.standard();
    List<String> names = Lab.names(folders);
    if (names.isEmpty()) {
      out.println("No lab.");
    }
    for (String name : names) {
      Optional<Lab> lab = Lab.find(folders, name);
      if (lab.isEmpty()) {
        out.printf("Lab %s is not complete; fwctl lab down --name %s removes it.%n", name, name);
        continue;
      }
      out.printf("Lab %s: inventory %s%n", name, lab.get().inventory());
      for (LabHost host : lab.get().hosts()) {
        out.printf(
            "  %-12s %-10s %-18s %-9s %s%n",
            host.name(),
            host.ipv4(),
            host.ipv6(),
            host.spec().release(),
            lab.get().isRunning(host.name())
                ? (host.spec().docker() ? "runs, with Docker" : "runs")
                    + (host.spec().legacyIptables() ? ", iptables-legacy" : "")
                    + (host.spec().systemd() ? ", systemd" : "")
                : "does not run");
      }
    }
    out.flush();
  }

  @Command(
      name = "exec",
      description = {
        "Runs a command in a lab and ends with its exit status.",
        "PLACE is a host, or controller, clients or router: those have the machine's own files."
      },
      mixinStandardHelpOptions = true)
  int exec(
      @Mixin Name name,
      @Parameters(paramLabel = "PLACE", index = "0") String place,
      @Parameters(paramLabel = "COMMAND", index = "1..*", arity = "1..*") List<String> command) {
    try {
      Process process = name.lab().process(place, command).inheritIO().start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
      return process.waitFor();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      return ErrorCode.INTERRUPTED.exitCode();
    }
  }

  @Command(
      name = "probe",
      description = {
        "Sends a packet from a client to a host and tells what became of it.",
        "That is open, refused, unreachable or timeout. Ends with 0 when all were open, else with 1.",
        "Clients have all addresses of 198.51.100.0/24, 203.0.113.0/24, 198.18.0.0/15 and"
            + " 2001:db8::/32, and behind a narrow link 192.0.2.0/24 and 2001:db8:ffff::/48."
      },
      mixinStandardHelpOptions = true)
  int probe(
      @Mixin Name name,
      @Option(names = "--from", paramLabel = "ADDRESS", required = true) String from,
      @Option(
              names = "--to",
              paramLabel = "TARGET",
              required = true,
              description = "HOST:PORT, HOST:PORT/udp or HOST/icmp; may be repeated.")
          List<String> targets,
      @Option(
              names = "--via",
              paramLabel = "HOST",
              description = "Send through this host, as if the client had a direct route.")
          Optional<String> via) {
    PrintWriter out = spec.commandLine().getOut();
    Lab lab = name.lab();
    List<Probe> probes = new ArrayList<>();
    for (String target : targets) {
      Probe probe = lab.probeOf(from, target);
      probes.add(new Probe(probe.from(), probe.to(), via));
    }
    List<Outcome> outcomes = lab.probe(probes);
    for (int index = 0; index < targets.size(); index++) {
      out.println(
          targets.size() == 1
              ? outcomes.get(index).label()
              : targets.get(index) + " " + outcomes.get(index).label());
    }
    out.flush();
    return outcomes.stream().allMatch(outcome -> outcome == Outcome.OPEN) ? 0 : 1;
  }

  @Command(
      name = "down",
      description = "Takes a lab down, also what a crash has left of it.",
      mixinStandardHelpOptions = true)
  void down(
      @Mixin Name name, @Option(names = "--all", description = "Take all labs down.") boolean all) {
    PrintWriter out = spec.commandLine().getOut();
    LabFolders folders = LabFolders.standard();
    List<String> names = all ? Lab.names(folders) : List.of(name.name);
    for (String lab : names) {
      out.printf(Lab.down(folders, lab) ? "Lab %s is gone.%n" : "There is no lab %s.%n", lab);
    }
    out.flush();
  }

  private static void print(Lab lab, Name name, PrintWriter out) {
    out.printf("Lab %s is up: %d hosts.%n", lab.name(), lab.hosts().size());
    out.printf("  inventory    %s%n", lab.inventory());
    out.printf("  known_hosts  %s%n", lab.knownHosts());
    out.printf("  key          %s%n", lab.privateKey());
    String first = lab.hosts().getFirst().name();
    out.printf("Next:%n");
    out.printf(
        "  ./fwctl lab exec%s controller -- ./fwctl facts -i %s%n", name.option(), lab.inventory());
    out.printf("  ./fwctl lab exec%s %s -- iptables-save%n", name.option(), first);
    out.printf("  ./fwctl lab probe%s --from 203.0.113.5 --to %s:22%n", name.option(), first);
    out.printf("  ./fwctl lab down%s%n", name.option());
    out.flush();
  }
}
