package dev.fwctl.plugin.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * What a server sends, with the lines before its identification taken out.
 *
 * <p>A server may send lines of text first (RFC 4253 section 4.2), and one that refuses for load
 * says so there. sshj keeps all of them and looks through all at every byte, so a hostile server
 * would take a processor and the memory; here there is a limit.
 */
final class GreetingStream extends FilterInputStream {
  /** The most bytes before the identification, which itself has at most 255. */
  private static final int LIMIT = 8 * 1024;

  private static final byte[] MARK = "SSH-".getBytes(UTF_8);

  private byte[] identification = new byte[0];
  private int served;
  private boolean greeted;

  GreetingStream(InputStream in) {
    super(new BufferedInputStream(in));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (!greeted) {
      identification = readIdentification();
      greeted = true;
    }
    if (served < identification.length) {
      int count = Math.min(length, identification.length - served);
      System.arraycopy(identification, served, bytes, offset, count);
      served += count;
      return count;
    }
    return super.read(bytes, offset, length);
  }

  private byte[] readIdentification() throws IOException {
    ByteArrayOutputStream before = new ByteArrayOutputStream();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (before.size() + line.size() < LIMIT) {
      int next;
      try {
        next = super.read();
      } catch (IOException broken) {
        throw new NoGreetingException(text(before, line), true, broken);
      }
      if (next < 0) {
        throw new NoGreetingException(text(before, line), true, null);
      }
      line.write(next);
      if (next == '\n') {
        byte[] bytes = line.toByteArray();
        if (bytes.length > MARK.length
            && Arrays.equals(bytes, 0, MARK.length, MARK, 0, MARK.length)) {
          return bytes;
        }
        before.writeBytes(bytes);
        line.reset();
      }
    }
    throw new NoGreetingException(text(before, line), false, null);
  }

  private static String text(ByteArrayOutputStream before, ByteArrayOutputStream line) {
    return before.toString(UTF_8) + line.toString(UTF_8);
  }
}
