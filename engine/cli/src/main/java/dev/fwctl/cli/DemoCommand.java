package dev.fwctl.cli;

import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabFolders;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.Outcome;
import dev.fwctl.lab.Probe;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A tour of fwctl on a throwaway fleet. */
@Command(
    name = "demo",
    description = {
      "Shows fwctl at work on a small fleet of real hosts on this machine.",
      "What is open and why, plan, apply, what is open then, drift, repair. Leaves nothing",
      "behind."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final String NAME = "demo";
  private static final List<String> WEB = List.of("web-01", "web-02");
  private static final String DATABASE = "db-01";

  @Option(names = "--keep", description = "Leave the fleet up at the end, to go on with it.")
  private boolean keep;

  private final Context context;
  private final PrintStream out;

  DemoCommand(Context context) {
    this.context = context;
    this.out = context.terminal().out();
  }

  /** Somebody who tries to reach the shop. */
  private record Person(String name, String ipv4, String ipv6) {}

  /**
   * Something that somebody tries to reach.
   *
   * @param label what the table calls it
   * @param host the lab host
   * @param target where on it, as a probe takes it
   * @param allowed who is to reach it once the policy holds
   */
  private record Endpoint(String label, String host, String target, List<String> allowed) {}

  private static final List<Person> PEOPLE =
      List.of(
          new Person("office", "203.0.113.5", "2001:db8:7::5"),
          new Person("monitor", "198.51.100.7", "2001:db8:9::7"),
          new Person("stranger", "198.51.100.99", "2001:db8:66::1"));

  private static final List<Endpoint> ENDPOINTS =
      List.of(
          new Endpoint("web-01 django 8081/tcp", "web-01", ":8081", List.of("office", "monitor")),
          new Endpoint("web-02 django 8081/tcp", "web-02", ":8081", List.of("office", "monitor")),
          new Endpoint("db-01  postgres 5432/tcp", DATABASE, ":5432", List.of()),
          new Endpoint("web-01 host 22/tcp", "web-01", ":22", List.of("office")),
          new Endpoint(
              "db-01  host ping", DATABASE, "/icmp", List.of("office", "monitor", "stranger")));

  @Override
  public Integer call() {
    Lab.unsupportedReason()
        .ifPresent(
            reason -> {
              throw new FwctlException(
                  Problem.of(
                      ErrorCode.LAB,
                      "the demo can't run on this machine: " + reason,
                      "run it as root on a Debian machine of your own"));
            });
    if (!Lab.missingPackages().isEmpty()) {
      Lab.installMissingPackages(this::say);
    }
    if (Lab.names(LabFolders.standard()).contains(NAME)) {
      say("An earlier demo is still standing; taking it down.");
      Lab.down(LabFolders.standard(), NAME);
    }
    boolean ended = false;
    try (AtExit _ = new AtExit("demo down", () -> Lab.down(LabFolders.standard(), NAME))) {
      tour();
      ended = true;
    } finally {
      if (!keep || !ended) {
        Lab.down(LabFolders.standard(), NAME);
      }
    }
    say("");
    say(
        keep
            ? "The fleet is still up; 'fwctl lab down --name demo' takes it down."
            : "The fleet is down; nothing is left.");
    return 0;
  }

  private void tour() {
    heading("A fleet: three hosts with sshd and dockerd, each in a network of its own");
    List<HostSpec> hosts = new ArrayList<>();
    WEB.forEach(name -> hosts.add(HostSpec.withDocker(name, LabSpec.DEFAULT_RELEASE)));
    hosts.add(HostSpec.withDocker(DATABASE, LabSpec.DEFAULT_RELEASE));
    Lab lab = Lab.up(LabSpec.of(NAME, hosts.toArray(HostSpec[]::new)), this::say);
    for (String web : WEB) {
      say("$ docker run -d --name django -p 8081:8080 …        # on " + web);
      lab.container(web, "django", List.of("-p", "8081:8080"), "http/8080");
    }
    say("$ docker run -d --name postgres -p 5432:5432 …      # on db-01: published by mistake");
    lab.container(DATABASE, "postgres", List.of("-p", "5432:5432"), "tcp/5432");

    heading("What is open now: packets from three addresses, on IPv4 and IPv6");
    probe(lab, false);

    heading("Who else gets in, and by which rules: fwctl has not touched these hosts yet");
    fwctl(lab, 0, "exposure");

    heading("The policy: policies/shop");
    show(Path.of("policies/shop/shop.yml"));

    heading("What would change");
    fwctl(lab, 0, "plan");

    heading("Carry it out");
    fwctl(lab, 0, "apply", "--auto-approve");

    heading("What is open now: the same packets");
    probe(lab, true);

    heading("A second plan: nothing is left to do");
    fwctl(lab, 0, "plan", "--detailed-exitcode");

    heading("Somebody opens the shop by hand");
    String byHand = "iptables -t mangle -I FWCTL-INBOUND 1 -p tcp --dport 8081 -j RETURN";
    say("$ " + byHand + "   # on web-01");
    lab.run("web-01", byHand.split(" "));
    fwctl(lab, 2, "drift", "--detailed-exitcode");

    heading("Repair it");
    fwctl(lab, 0, "apply", "--auto-approve");
    probe(lab, true);
  }

  private void fwctl(Lab lab, int expected, String... words) {
    List<String> shown = new ArrayList<>(List.of("fwctl"));
    shown.addAll(List.of(words));
    shown.addAll(List.of("-i", "inventories/shop", "-i", "LAB", "-p", "policies/shop"));
    say("$ " + String.join(" ", shown));
    out.flush();
    Path home = Path.of(System.getProperty("fwctl.home", "."));
    List<String> command = new ArrayList<>(List.of(home.resolve("fwctl").toString()));
    shown
        .subList(1, shown.size())
        .forEach(word -> command.add(word.equals("LAB") ? lab.inventory().toString() : word));
    if (!context.terminal().outIsColoured()) {
      command.add("--no-color");
    }
    ProcessBuilder builder =
        lab.process("controller", command).directory(home.toFile()).inheritIO();
    builder.environment().put("FWCTL_BUILD", "never");
    try {
      int status = builder.start().waitFor();
      if (status != expected) {
        throw failed("'fwctl %s' ended with %d, not %d".formatted(words[0], status, expected));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted");
    }
  }

  private void show(Path file) {
    Path home = Path.of(System.getProperty("fwctl.home", "."));
    try {
      Files.readAllLines(home.resolve(file)).forEach(line -> say("  " + line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void probe(Lab lab, boolean policyHolds) {
    List<Probe> probes = new ArrayList<>();
    for (Endpoint endpoint : ENDPOINTS) {
      for (Person person : PEOPLE) {
        probes.add(lab.probeOf(person.ipv4(), endpoint.host() + endpoint.target()));
        probes.add(lab.probeOf(person.ipv6(), endpoint.host() + endpoint.target()));
      }
    }
    List<Outcome> outcomes = lab.probe(probes);
    StringBuilder head = new StringBuilder("  %-26s".formatted(""));
    PEOPLE.forEach(person -> head.append("%-16s".formatted(person.name())));
    say(head.toString().stripTrailing());
    int next = 0;
    Optional<String> wrong = Optional.empty();
    for (Endpoint endpoint : ENDPOINTS) {
      StringBuilder line = new StringBuilder("  %-26s".formatted(endpoint.label()));
      for (Person person : PEOPLE) {
        Outcome ipv4 = outcomes.get(next++);
        Outcome ipv6 = outcomes.get(next++);
        line.append("%-16s".formatted(word(ipv4) + " / " + word(ipv6)));
        boolean expected = !policyHolds || endpoint.allowed().contains(person.name());
        if ((ipv4 == Outcome.OPEN) != expected || (ipv6 == Outcome.OPEN) != expected) {
          wrong = Optional.of(person.name() + " and " + endpoint.label().replaceAll(" +", " "));
        }
      }
      say(line.toString().stripTrailing());
    }
    wrong.ifPresent(
        what -> {
          throw failed("the packets do not say what was to be expected of " + what);
        });
  }

  private static String word(Outcome outcome) {
    return outcome == Outcome.OPEN ? "open" : "-";
  }

  private static FwctlException failed(String what) {
    return new FwctlException(
        Problem.of(ErrorCode.LAB, "the demo failed: " + what, "this is a fault: please report it"));
  }

  private void heading(String text) {
    say("");
    say("== " + text.toUpperCase(Locale.ROOT).charAt(0) + text.substring(1));
    out.flush();
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
