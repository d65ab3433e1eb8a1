package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where labs keep their files.
 *
 * @param home holds a folder for each lab, gone when the lab is; must be on a file system that can
 *     be the upper layer of an overlay, so not on an overlay itself
 * @param cache holds what is made once and used by every lab: Debian trees of about 450 MB a
 *     release
 */
public record LabFolders(Path home, Path cache) {
  // the options of an overlay mount are separated by these
  private static final Pattern PLAIN = Pattern.compile("/[A-Za-z0-9/._+-]*");

  public LabFolders {
    requireNonNull(home, "home is null");
    requireNonNull(cache, "cache is null");
    home = home.toAbsolutePath().normalize();
    cache = cache.toAbsolutePath().normalize();
    for (Path folder : new Path[] {home, cache}) {
      if (!PLAIN.matcher(folder.toString()).matches()) {
        throw LabProblem.of(
            "the lab can't use the folder " + folder,
            "choose a path of letters, digits and any of ._+- by FWCTL_LAB_HOME and FWCTL_LAB_CACHE");
      }
    }
  }

  /**
   * Returns {@code /var/lib/fwctl-lab} and {@code /var/cache/fwctl/lab}, or what the environment
   * variables FWCTL_LAB_HOME and FWCTL_LAB_CACHE say.
   */
  public static LabFolders standard() {
    Map<String, String> environment = System.getenv();
    return new LabFolders(
        Path.of(environment.getOrDefault("FWCTL_LAB_HOME", "/var/lib/fwctl-lab")),
        Path.of(environment.getOrDefault("FWCTL_LAB_CACHE", "/var/cache/fwctl/lab")));
  }
}
