package dev.fwctl.plugin.iptables;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.joining;

import dev.fwctl.model.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The fingerprint of what is ours on a host, made of what {@link Probe#everything} printed, and the
 * same that {@link Probe#fingerprint} makes on the host: three processes less for each host that is
 * looked at.
 *
 * <p>Every run of characters that are not printable ASCII counts as one question mark. Those can
 * stand in comments alone, and what was not valid UTF-8 has been replaced on its way here.
 */
final class Fingerprint {
  private static final Pattern NOT_PRINTABLE = Pattern.compile("[^ -~]+");
  private static final Pattern JUMP_TO_OURS = Pattern.compile("-A .* -[jg] FWCTL");

  private final MessageDigest digest = Sha256.digest();
  private String part = "";
  private String table = "";

  private Fingerprint() {}

  /** Returns the fingerprint as 64 hexadecimal digits. */
  static String of(String answer) {
    Fingerprint fingerprint = new Fingerprint();
    for (String line : answer.split("\n", -1)) {
      fingerprint.add(NOT_PRINTABLE.matcher(line).replaceAll("?"));
    }
    return HexFormat.of().formatHex(fingerprint.digest.digest());
  }

  private void add(String line) {
    if (line.startsWith("@")) {
      part = line;
      table = "";
    } else if (line.startsWith("*")) {
      table = line;
    } else if (line.startsWith(":FWCTL")) {
      print(part + " " + table + " " + words(line, 1));
    } else if (line.startsWith("-A FWCTL") || JUMP_TO_OURS.matcher(line).lookingAt()) {
      print(part + " " + table + " " + line);
    } else if (line.startsWith("create fwctl-")) {
      print(words(line, 5));
    } else if (line.startsWith("add fwctl-")) {
      print(line);
    }
  }

  /** Returns the first words of a line; those that are missing are empty. */
  private static String words(String line, int count) {
    String[] words = line.split(" +");
    return IntStream.range(0, count)
        .mapToObj(at -> at < words.length ? words[at] : "")
        .collect(joining(" "));
  }

  private void print(String line) {
    digest.update((line + "\n").getBytes(US_ASCII));
  }
}
