package dev.fwctl.core.inventory;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;

/**
 * What an inventory takes from the machine that fwctl runs on.
 *
 * @param folder the folder that fwctl runs in: relative paths begin here, and its {@code
 *     group_vars} and {@code host_vars} count as those beside a playbook do for Ansible
 * @param home the user's home, for paths that begin with {@code ~}
 * @param user the user's name, by which one logs in where the inventory names nobody
 * @param connectionTypes the connection plugins that there are
 */
public record LocalSide(Path folder, Path home, String user, Set<String> connectionTypes) {
  public LocalSide {
    requireNonNull(folder, "folder is null");
    requireNonNull(home, "home is null");
    requireNonNull(user, "user is null");
    connectionTypes = Set.copyOf(connectionTypes);
  }

  /** Returns the side of the user who runs this Java, in a folder. */
  public static LocalSide of(Path folder, Set<String> connectionTypes) {
    return new LocalSide(
        folder,
        Path.of(System.getProperty("user.home")),
        System.getProperty("user.name"),
        connectionTypes);
  }

  /** Returns a path with {@code ~} at its front replaced, beginning at the folder if relative. */
  Path resolve(String path, String variable, Place place) {
    try {
      if (path.equals("~") || path.startsWith("~/")) {
        return home.resolve(path.substring(Math.min(2, path.length()))).normalize();
      }
      if (!path.startsWith("~")) {
        return folder.toAbsolutePath().resolve(path).normalize();
      }
    } catch (InvalidPathException invalid) {
      throw new FwctlException(
          Problem.at(
              place,
              ErrorCode.DOCUMENT_INVALID,
              variable + " is not a path: " + invalid.getReason(),
              "write the path of a file"),
          invalid);
    }
    throw new FwctlException(
        Problem.at(
            place,
            ErrorCode.UNSUPPORTED,
            variable + " begins with another user's home: " + path,
            "write that home out, as in /home/deploy/.ssh/id_ed25519"));
  }
}
