package dev.fwctl.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The top of the command tree. */
@Command(
    name = "fwctl",
    description = "A declarative firewall for fleets of Docker hosts.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    subcommands = {
      ValidateCommand.class,
      FactsCommand.class,
      ExposureCommand.class,
      DoctorCommand.class,
      ExplainCommand.class,
      ImportCommand.class,
      PlanCommand.class,
      ShowCommand.class,
      ApplyCommand.class,
      DriftCommand.class,
      RollbackCommand.class,
      ConfirmCommand.class,
      LocksCommand.class,
      UnlockCommand.class,
      LabCommand.class,
      DemoCommand.class
    })
final class FwctlCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command is given");
  }
}
