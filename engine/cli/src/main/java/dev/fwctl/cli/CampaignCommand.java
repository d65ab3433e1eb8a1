package dev.fwctl.cli;

import dev.fwctl.campaign.Campaign;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabFolders;
import dev.fwctl.model.ErrorCode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Changes hosts of a lab while things go wrong, and looks whether that does harm. */
@Command(
    name = "campaign",
    description = {
      "Changes hosts of a lab while things go wrong: proof by breaking it.",
      "Each round applies a random policy and has one fault in it at a random moment. Packets are"
          + " sent throughout; afterwards the kernel is read, and what the program said is held"
          + " against it. Exit code 0: no round was a violation."
    },
    mixinStandardHelpOptions = true)
final class CampaignCommand implements Callable<Integer> {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How many rounds. Default: ${DEFAULT-VALUE}",
      defaultValue = "20")
  private int rounds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = {
        "What the first round is drawn from; the second has the next seed, and so on. A round is"
            + " made again by its seed and the same --faults. Default: ${DEFAULT-VALUE}"
      },
      defaultValue = "1")
  private long seed;

  @Option(
      names = "--faults",
      paramLabel = "FAULT",
      split = ",",
      description = "Which faults, of: ${COMPLETION-CANDIDATES}. Default: all",
      completionCandidates = Faults.class)
  private List<String> faults = List.of();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The name of its lab. Default: ${DEFAULT-VALUE}",
      defaultValue = "campaign")
  private String name;

  private final PrintStream out;

  CampaignCommand(Context context) {
    this.out = context.terminal().out();
  }

  /** The names of all faults. */
  static final class Faults implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Campaign.faults().iterator();
    }
  }

  @Override
  public Integer call() {
    try (AtExit _ = new AtExit("campaign down", () -> Lab.down(LabFolders.standard(), name))) {
      Path folder = Files.createTempDirectory("fwctl-campaign");
      Path home = Path.of(System.getProperty("fwctl.home", ".")).toAbsolutePath();
      say("Policies and what the program prints are kept in " + folder);
      Campaign.Settings settings = new Campaign.Settings(name, rounds, seed, faults);
      int violations = new Campaign(settings, folder, home.resolve("fwctl"), this::say).run();
      return violations == 0 ? 0 : ErrorCode.LAB.exitCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
