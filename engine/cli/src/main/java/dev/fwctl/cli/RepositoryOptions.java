package dev.fwctl.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which inventories, policies and plugins a command works with. */
final class RepositoryOptions {
  @Option(
      names = {"-i", "--inventory"},
      paramLabel = "FILE",
      description = {
        "An Ansible inventory: a file, a folder, or host names with commas (web-01,web-02).",
        "May be given several times; the later wins. Default: inventories/"
      })
  private List<String> inventories = new ArrayList<>();

  @Option(
      names = {"-p", "--policies"},
      paramLabel = "FOLDER",
      description = "The folder of policy documents. Default: policies/")
  private @Nullable Path policies;

  @Option(
      names = "--plugins",
      paramLabel = "FOLDER",
      description = "The folder of further plugins and their lock file. Default: .fwctl/plugins")
  private @Nullable Path plugins;

  List<String> inventories() {
    return List.copyOf(inventories);
  }

  Optional<Path> policies() {
    return Optional.ofNullable(policies);
  }

  Optional<Path> plugins() {
    return Optional.ofNullable(plugins);
  }
}
