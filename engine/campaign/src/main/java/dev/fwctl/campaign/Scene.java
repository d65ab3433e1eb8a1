package dev.fwctl.campaign;

import dev.fwctl.lab.Execution;
import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The lab, the host that is changed, and the program that changes it. */
final class Scene {
  /** After how long a host goes back by itself; short, so that a round is. */
  static final Duration ROLLBACK_AFTER = Duration.ofSeconds(5);

  /** Longer than any run of the program takes, with every fault. */
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Lab lab;
  private final Kind kind;
  private final Path folder;
  private final Path launcher;
  private int runs;

  /** The hosts of a campaign, each named after what it is. */
  enum Kind {
    NFT,
    LEGACY,
    SYSTEMD;

    String host() {
      return name().toLowerCase(Locale.ROOT);
    }

    private HostSpec spec() {
      HostSpec host = HostSpec.withDocker(host(), "bookworm");
      return switch (this) {
        case NFT -> host;
        case LEGACY -> host.onLegacyIptables();
        case SYSTEMD -> host.underSystemd();
      };
    }
  }

  /**
   * Sets a scene in a lab that is up.
   *
   * @param folder where policies and logs go
   * @param launcher the program
   */
  Scene(Lab lab, Kind kind, Path folder, Path launcher) {
    this.lab = lab;
    this.kind = kind;
    this.folder = folder;
    this.launcher = launcher;
  }

  /** Returns the lab of a campaign. */
  static LabSpec spec(String name) {
    return LabSpec.of(name, Arrays.stream(Kind.values()).map(Kind::spec).toArray(HostSpec[]::new));
  }

  Lab lab() {
    return lab;
  }

  Kind kind() {
    return kind;
  }

  String host() {
    return kind.host();
  }

  /** Starts what is asked for, and gives the receipts a file system that can be filled. */
  void moveIn() {
    lab.container(
        host(),
        "shop",
        List.of("--restart", "always", "-p", Way.Service.SHOP.port() + ":8080"),
        "tcp/8080");
    comeBack();
    if (Fault.DISK_FULL.kinds().contains(kind)) {
      lab.script(
          host(),
          "mkdir -p /var/lib/fwctl; mount -t tmpfs -o size=512k,mode=700 tmpfs /var/lib/fwctl");
    }
  }

  /** Starts what does not start by itself with the host, and waits for the rest. */
  void comeBack() {
    lab.serve(host(), "tcp/" + Way.Service.HOST.port());
    awaitShop();
  }

  /** Starts or stops what takes new connections to the host; those that are there stay. */
  void sshd(boolean up) {
    if (kind == Kind.SYSTEMD) {
      lab.run(host(), "systemctl", up ? "start" : "stop", "ssh");
    } else {
      lab.script(host(), up ? "/usr/sbin/sshd" : "kill $(cat /run/sshd.pid)");
    }
  }

  /** Waits until the container answers again. */
  void awaitShop() {
    lab.script(
        host(),
        """
        tries=0
        until [ "$(docker exec shop probe tcp/127.0.0.1/8080 2>/dev/null)" = open ]; do
          tries=$((tries + 1))
          [ "$tries" -lt 300 ]
          sleep 0.1
        done
        """);
  }

  /** A run of the program. */
  final class Run {
    private final Process process;
    private final File log;

    private Run(Process process, File log) {
      this.process = process;
      this.log = log;
    }

    boolean isAlive() {
      return process.isAlive();
    }

    /** Ends it, and all that it started, as the kernel does when memory is short. */
    void kill() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }

    /** Waits until it begins to change the host, or ends without. */
    void awaitBegin() {
      try {
        while (process.isAlive() && !Report.tellsOfABegin(Files.readString(log.toPath()))) {
          Thread.sleep(5);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw problem("interrupted");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Waits for its end and returns what it said. */
    Report report() {
      try {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          kill();
          throw problem("the program did not end within " + LIMIT.toSeconds() + " s: see " + log);
        }
        return Report.of(process.exitValue(), Files.readString(log.toPath()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw problem("interrupted");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Starts to change the host. */
  Run apply(Grants grants) {
    return run(
        grants, "apply", "--auto-approve", "--json", "--rollback-after", seconds(ROLLBACK_AFTER));
  }

  /** Starts any command of the program, for this host alone. */
  Run run(Grants grants, String... words) {
    runs++;
    try {
      // Rules name the file they come from, which is to have the same name in every run.
      Path repository = folder.resolve(host() + "-" + runs);
      Path policies = Files.createDirectories(repository.resolve("policies"));
      Files.writeString(policies.resolve("policy.yml"), grants.document());
      List<String> command =
          new ArrayList<>(List.of("env", "FWCTL_BUILD=never", launcher.toString()));
      command.addAll(List.of(words));
      command.addAll(
          List.of("-i", lab.inventory().toString(), "-p", "policies", "--limit", host()));
      File log = repository.resolve("log").toFile();
      Process process =
          lab.process("controller", command)
              .directory(repository.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log)
              .redirectInput(new File("/dev/null"))
              .start();
      return new Run(process, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a shell script on the host, whatever becomes of it. */
  Execution tryScript(String script) {
    return lab.exec(host(), "sh", "-c", script);
  }

  /** Shuts or opens the way between the host and everybody else; the host's own side stays. */
  void network(boolean up) {
    lab.run("router", "ip", "link", "set", "host" + lab.host(host()).number(), up ? "up" : "down");
  }

  private static String seconds(Duration time) {
    return time.toSeconds() + "s";
  }

  private static FwctlException problem(String what) {
    return new FwctlException(Problem.of(ErrorCode.LAB, what));
  }
}
