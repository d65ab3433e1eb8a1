package dev.fwctl.acceptance.differential;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fwctl.lab.Lab;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The other end of a host's network: puts packets on it and tells what the kernel does. */
final class Wire implements AutoCloseable {
  private static final String PROGRAM = "/root/wire.pl";

  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter commands;

  /**
   * What a packet was like where an observing rule met it.
   *
   * @param where the rule's prefix
   * @param in the interface it came in by
   * @param out the interface it leaves by
   * @param mark its mark
   * @param datagram its bytes
   */
  record Sight(
      String where, Optional<String> in, Optional<String> out, long mark, Datagram datagram) {
    private static Sight of(String word) {
      String[] parts = word.split("/");
      return new Sight(
          parts[0],
          Optional.of(parts[1]).filter(name -> !name.equals("-")),
          Optional.of(parts[2]).filter(name -> !name.equals("-")),
          Long.parseLong(parts[3]),
          new Datagram(HexFormat.of().parseHex(parts[4])));
    }
  }

  /**
   * What came of one command.
   *
   * @param sights the packets that observing rules met
   * @param error the kernel's error when it did not send a packet, 0 else
   */
  record Answer(List<Sight> sights, int error) {}

  /**
   * Makes devices on a host.
   *
   * @param devices names; one with {@code =BRIDGE} is to be a port of that bridge
   */
  Wire(Lab lab, String host, List<String> devices) throws IOException {
    try (InputStream program = Wire.class.getResourceAsStream("wire.pl")) {
      String text = new String(Objects.requireNonNull(program).readAllBytes(), UTF_8);
      lab.exec(host, Lab.COMMAND_LIMIT, text, "tee", PROGRAM);
    }
    List<String> command = new ArrayList<>(List.of("perl", PROGRAM));
    command.addAll(devices);
    process = lab.process(host, command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    answers = process.inputReader(UTF_8);
    commands = process.outputWriter(UTF_8);
    ask(List.of("ready"));
  }

  static String arriving(String device, Datagram datagram) {
    return "in " + device + " " + HexFormat.of().formatHex(datagram.bytes());
  }

  static String sending(Datagram datagram) {
    return "out " + HexFormat.of().formatHex(datagram.bytes());
  }

  static String forgetting() {
    return "forget";
  }

  /** Has commands done, one after the other, and returns what came of each. */
  List<Answer> ask(List<String> lines) {
    List<Answer> all = new ArrayList<>();
    try {
      for (String line : lines) {
        commands.write(line);
        commands.newLine();
        commands.flush();
        String answer = answers.readLine();
        if (answer == null) {
          throw new IllegalStateException("the wire broke at: " + line);
        }
        all.add(answer(answer));
      }
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
    return all;
  }

  private static Answer answer(String line) {
    List<String> words = Arrays.asList(line.split(" "));
    String last = words.getLast();
    int error = last.equals("done") ? 0 : Integer.parseInt(last.substring("failed:".length()));
    return new Answer(words.subList(0, words.size() - 1).stream().map(Sight::of).toList(), error);
  }

  @Override
  public void close() throws IOException {
    commands.close();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    }
  }
}
