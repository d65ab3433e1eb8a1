package dev.fwctl.spi.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A script that was cut while it was sent does not run in part. */
class FrameTest {
  private static final String SCRIPT =
      """
      echo ran first
      f() { echo ran in a function; }
      f
      if true; then echo 'ran in an if'; fi
      cat <<'END'
      ran in a here document }
      END
      case x in x) echo "ran in a case"; esac
      ( echo ran in a subshell ) && { echo ran in braces; }
      for i in 1 2; do echo ran in a loop $i; done
      # ran }
      echo ran last""";

  @Property(tries = 150)
  void noneOfACutScriptRuns(@ForAll @IntRange(min = 0, max = 1000) int cut)
      throws IOException, InterruptedException {
    byte[] frame = RootShell.frame(SCRIPT);
    // What comes after the closing brace is only the empty standard input.
    int whole = new String(frame, UTF_8).lastIndexOf('}');
    assertThat(run(Arrays.copyOf(frame, cut * whole / 1000))).doesNotContain("ran");
  }

  @Property(tries = 1)
  void allOfAWholeScriptRuns() throws IOException, InterruptedException {
    assertThat(run(RootShell.frame(SCRIPT)))
        .contains("ran first", "ran in a loop 2", "ran last")
        .hasLineCount(10);
  }

  private static String run(byte[] input) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("/bin/sh", "-s").redirectErrorStream(true).start();
    try (OutputStream stream = process.getOutputStream()) {
      stream.write(input);
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    // A shell quotes the line that it does not understand.
    return output
        .lines()
        .filter(line -> !line.contains("yntax error"))
        .reduce("", (a, b) -> a + b + "\n");
  }
}
