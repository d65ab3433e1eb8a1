package dev.fwctl.core.saved;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Fingerprints that anybody can make again, with {@code sha256sum}. */
public final class Digest {
  private Digest() {}

  /**
   * Returns the sha256 of what policies say: of the lines {@code SHA256 PATH} for each document and
   * {@code SOURCE: PREFIX PREFIX...} for each named set of addresses, wherever it came from.
   *
   * @param base the folder that the paths start from
   * @throws FwctlException with code FILE_UNREADABLE when a document went away meanwhile
   */
  public static String of(PolicyRepository policies, Path base) {
    StringBuilder lines = new StringBuilder();
    for (String file : policies.files()) {
      lines.append(Sha256.hex(content(base.resolve(file)))).append("  ").append(file).append('\n');
    }
    for (PolicyRepository.Source source : policies.sources().values()) {
      lines.append(source.name()).append(':');
      source.addresses().prefixes().forEach(prefix -> lines.append(' ').append(prefix));
      lines.append('\n');
    }
    return Sha256.hex(lines.toString());
  }

  private static byte[] content(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.FILE_UNREADABLE,
              "can't read " + file + " again: " + e.getMessage(),
              "plan again when nobody changes the policies"));
    }
  }

  /**
   * Returns the sha256 of what an inventory says of hosts: of a line {@code NAME GROUP,GROUP...
   * REACHED} for each. No other variable is in it, as a secret that is short could be guessed from
   * its fingerprint.
   */
  public static String of(List<Host> hosts) {
    StringBuilder lines = new StringBuilder();
    for (Host host : hosts) {
      lines
          .append(host.name())
          .append(' ')
          .append(String.join(",", host.groups()))
          .append(' ')
          .append(SecondLook.reached(host.connection()))
          .append('\n');
    }
    return Sha256.hex(lines.toString());
  }
}
