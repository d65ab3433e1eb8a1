package dev.fwctl.spi.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A shell of which a test sees how writing to its standard input goes. */
final class WatchedShell implements ShellProcess {
  /** What is written at a time; a pipe takes that much and no more while nobody reads. */
  private static final int PIECE = 64 * 1024;

  private final LocalShell shell;
  private final CompletableFuture<IOException> broken = new CompletableFuture<>();
  private final CompletableFuture<Void> full = new CompletableFuture<>();

  WatchedShell(LocalShell shell) {
    this.shell = shell;
  }

  /** Waits until a write fails, and returns why. */
  IOException awaitWriter() throws Exception {
    return broken.get();
  }

  /** Waits until more is to be written than the pipe can hold. */
  void awaitFullPipe() throws Exception {
    full.get();
  }

  @Override
  public OutputStream input() {
    OutputStream input = shell.input();
    return new OutputStream() {
      @Override
      public void write(int single) throws IOException {
        write(new byte[] {(byte) single}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
          for (int done = 0; done < length; done += PIECE) {
            if (done >= PIECE) {
              full.complete(null);
            }
            input.write(bytes, offset + done, Math.min(PIECE, length - done));
          }
        } catch (IOException e) {
          broken.complete(e);
          throw e;
        }
      }

      @Override
      public void flush() throws IOException {
        input.flush();
      }

      @Override
      public void close() throws IOException {
        input.close();
      }
    };
  }

  @Override
  public InputStream output() {
    return shell.output();
  }

  @Override
  public InputStream errors() {
    return shell.errors();
  }

  @Override
  public int awaitExit(Duration limit) throws IOException {
    return shell.awaitExit(limit);
  }

  @Override
  public void kill() {
    shell.kill();
  }
}
