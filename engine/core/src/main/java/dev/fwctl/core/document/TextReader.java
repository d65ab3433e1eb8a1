package dev.fwctl.core.document;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads text files that people wrote: UTF-8, of bearable size, free of control characters.
 *
 * <p>Lines end in LF, CR LF or CR; the other characters that Unicode and YAML 1.1 take for line
 * ends are refused, so that line numbers are those of every editor.
 */
public final class TextReader {
  private final Path base;
  private final int sizeLimit;

  /**
   * Creates a reader.
   *
   * @param base the folder that paths in messages are relative to, for files in it
   * @param sizeLimit the largest file, in bytes
   */
  public TextReader(Path base, int sizeLimit) {
    this.base = requireNonNull(base, "base is null").toAbsolutePath().normalize();
    this.sizeLimit = sizeLimit;
  }

  /**
   * Returns a path as a user would type it: relative to the base when it lies there, else absolute.
   */
  public String display(Path file) {
    Path absolute = file.toAbsolutePath().normalize();
    return (absolute.startsWith(base) && !absolute.equals(base)
            ? base.relativize(absolute)
            : absolute)
        .toString();
  }

  /**
   * Returns the text of a file without its byte order mark; nothing, and a problem, when it can't
   * be had.
   */
  public Optional<String> read(Path file, Problems problems) {
    String name = display(file);
    Optional<byte[]> bytes = bytes(file, name, problems);
    return bytes.flatMap(content -> decode(name, content, problems));
  }

  private Optional<byte[]> bytes(Path file, String name, Problems problems) {
    if (Files.isDirectory(file)) {
      problems.add(Problem.of(ErrorCode.FILE_UNREADABLE, name + " is a folder, not a file"));
      return Optional.empty();
    }
    try (InputStream stream = Files.newInputStream(file)) {
      // One byte more than allowed tells a file that is too large, whatever the file system says of
      // its size.
      byte[] content = stream.readNBytes(sizeLimit + 1);
      if (content.length > sizeLimit) {
        problems.add(
            new Place(name, 1, 1),
            ErrorCode.DOCUMENT_MALFORMED,
            "the file is larger than " + size(sizeLimit),
            "split it into several files");
        return Optional.empty();
      }
      return Optional.of(content);
    } catch (NoSuchFileException _) {
      problems.add(Problem.of(ErrorCode.FILE_UNREADABLE, name + " does not exist"));
    } catch (AccessDeniedException _) {
      problems.add(
          Problem.of(ErrorCode.FILE_UNREADABLE, name + " can't be read: permission denied"));
    } catch (IOException problem) {
      problems.add(
          Problem.of(ErrorCode.FILE_UNREADABLE, name + " can't be read: " + problem.getMessage()));
    }
    return Optional.empty();
  }

  private static String size(int bytes) {
    if (bytes % (1 << 20) == 0) {
      return (bytes >> 20) + " MiB";
    }
    return bytes % 1024 == 0 ? (bytes >> 10) + " KiB" : bytes + " bytes";
  }

  /**
   * Returns content as text; nothing, and a problem at the first bad character, when it is not what
   * we read.
   */
  static Optional<String> decode(String name, byte[] content, Problems problems) {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    if (content.length >= 3
        && content[0] == (byte) 0xef
        && content[1] == (byte) 0xbb
        && content[2] == (byte) 0xbf) {
      bytes.position(3);
    }
    CharBuffer characters = CharBuffer.allocate(content.length);
    CoderResult result =
        UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(bytes, characters, true);
    characters.flip();
    if (result.isError()) {
      Place place = placeOf(name, characters, characters.length());
      boolean wide =
          content.length >= 2
              && (content[0] & 0xff) + (content[1] & 0xff) == 0xff + 0xfe
              && (content[0] == (byte) 0xff || content[1] == (byte) 0xff);
      problems.add(
          place,
          ErrorCode.DOCUMENT_MALFORMED,
          wide
              ? "the file is UTF-16, not UTF-8"
              : "byte 0x%02x is not UTF-8".formatted(bytes.get(bytes.position()) & 0xff),
          "save the file as UTF-8");
      return Optional.empty();
    }
    for (int i = 0; i < characters.length(); i++) {
      char character = characters.charAt(i);
      if (isRefused(character)) {
        problems.add(
            placeOf(name, characters, i),
            ErrorCode.DOCUMENT_MALFORMED,
            "character U+%04X has no place in a text file".formatted((int) character),
            "remove it, or write it as an escape in double quotes");
        return Optional.empty();
      }
    }
    return Optional.of(characters.toString());
  }

  private static boolean isRefused(char character) {
    if (character >= ' ' && character < '\u007f') {
      return false;
    }
    return character < ' '
        ? character != '\t' && character != '\n' && character != '\r'
        : character <= '\u009f'
            || character == '\u2028'
            || character == '\u2029'
            || character >= '\ufffe';
  }

  private static Place placeOf(String name, CharSequence text, int index) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < index; i++) {
      char character = text.charAt(i);
      boolean ends =
          character == '\n'
              || (character == '\r' && !(i + 1 < text.length() && text.charAt(i + 1) == '\n'));
      if (ends) {
        line++;
        lineStart = i + 1;
      }
    }
    int column = 1 + Character.codePointCount(text, lineStart, index);
    return new Place(name, line, column);
  }
}
