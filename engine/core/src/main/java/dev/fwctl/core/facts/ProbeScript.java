package dev.fwctl.core.facts;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.ProbeAnswer;
import dev.fwctl.spi.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Many probes in one script, and one answer taken apart again.
 *
 * <p>Each probe is framed by lines that carry a token which nobody on the host can have known when
 * they chose a container's name: it is new for every reading, and it travels on standard input and
 * in a shell variable, never in arguments or in the environment. Standard output and standard error
 * are framed alike.
 */
public final class ProbeScript {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final String token;
  private final SequencedMap<String, String> probes;

  /**
   * Makes a script of probes.
   *
   * @param token letters and digits that the host can't foresee
   * @param probes fragments of POSIX sh by name, at least one; names are letters, digits and
   *     hyphens
   */
  ProbeScript(String token, SequencedMap<String, String> probes) {
    this.token = token;
    this.probes = probes;
  }

  /**
   * Returns the lines of POSIX sh that set up what a probe may rely on: {@code LC_ALL=C}, a full
   * {@code PATH}, the root folder, files for nobody else.
   */
  public static String prelude() {
    return """
        LC_ALL=C; PATH=%s; export LC_ALL PATH
        umask 077
        cd /
        """
        .formatted(PATH);
  }

  /**
   * Returns the script.
   *
   * <p>It is one function, called on its last line, so that a script which was cut off on its way
   * does nothing. Each probe is evaluated in a subshell, so that even a syntax error in one costs
   * only its own answer; no process is started beyond those of the probes.
   */
  String text() {
    StringBuilder script = new StringBuilder();
    script.append("fwctl_facts() {\n").append(prelude());
    script.append(
        """
        fwctl_token=%s
        fwctl_probe() {
          echo; echo "$fwctl_token begin $1"
          { echo; echo "$fwctl_token begin $1"; } >&2
          ( fwctl_text=$2; set --; eval "$fwctl_text" ) </dev/null
          fwctl_status=$?
          echo; echo "$fwctl_token end $1 $fwctl_status"
          { echo; echo "$fwctl_token end $1 $fwctl_status"; } >&2
        }
        """
            .formatted(token));
    probes.forEach(
        (name, text) ->
            script
                .append("fwctl_probe ")
                .append(name)
                .append(' ')
                .append(Script.word(text))
                .append('\n'));
    return script.append("}\nfwctl_facts\n").toString();
  }

  /**
   * What one probe answered, or why there is no answer.
   *
   * @param name the probe's name
   * @param answer what it printed; nothing when its end did not arrive
   */
  record Section(String name, Optional<ProbeAnswer> answer) {}

  /**
   * Takes an answer apart, in the order of the probes.
   *
   * @throws FwctlException with code ANSWER_MALFORMED if not even the first probe began
   */
  List<Section> split(Execution execution) {
    Cut output = new Cut(execution.output());
    Cut errors = new Cut(execution.errors());
    List<Section> sections = new ArrayList<>(probes.size());
    for (String name : probes.sequencedKeySet()) {
      Optional<Part> printed = output.next(name);
      Optional<Part> complained = errors.next(name);
      if (printed.isEmpty() && sections.isEmpty() && !output.begins(name)) {
        throw new FwctlException(
            Problem.of(
                ErrorCode.ANSWER_MALFORMED,
                "the host's shell did not run the script, it ended with status "
                    + execution.exitStatus()
                    + firstLine(execution).map(line -> " and said: " + line).orElse(""),
                "the log-in user needs a POSIX shell, and start-up files that leave it alone"));
      }
      sections.add(
          new Section(
              name,
              printed.map(
                  part ->
                      new ProbeAnswer(
                          part.status(), part.text(), complained.map(Part::text).orElse("")))));
    }
    return List.copyOf(sections);
  }

  private static Optional<String> firstLine(Execution execution) {
    return (execution.errors() + "\n" + execution.output())
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .findFirst()
        .map(line -> line.length() > 200 ? line.substring(0, 200) + "…" : line);
  }

  private record Part(String text, int status) {}

  /** One stream that is being cut into parts. */
  private final class Cut {
    private final String stream;
    private int position;

    Cut(String stream) {
      this.stream = stream;
    }

    boolean begins(String name) {
      return stream.contains(begin(name));
    }

    private String begin(String name) {
      return "\n" + token + " begin " + name + "\n";
    }

    /** Returns what the probe printed; nothing, without moving on, when it is not all there. */
    Optional<Part> next(String name) {
      String begin = begin(name);
      int start = stream.indexOf(begin, position);
      if (start < 0) {
        return Optional.empty();
      }
      int from = start + begin.length();
      String end = "\n" + token + " end " + name + " ";
      int to = stream.indexOf(end, from);
      int line = to < 0 ? -1 : stream.indexOf('\n', to + end.length());
      if (line < 0) {
        return Optional.empty();
      }
      String digits = stream.substring(to + end.length(), line);
      if (!digits.matches("[0-9]{1,3}")) {
        return Optional.empty();
      }
      position = line;
      return Optional.of(new Part(stream.substring(from, to), Integer.parseInt(digits)));
    }
  }
}
