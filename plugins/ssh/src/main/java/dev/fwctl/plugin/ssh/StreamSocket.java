package dev.fwctl.plugin.ssh;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/**
 * A connected socket made of streams, which sshj takes for one of its own.
 *
 * <p>It lets us open the connection, to all of a name's addresses within one limit, and read what
 * comes before sshj does; and it makes a channel through a jump host look like any other socket.
 */
final class StreamSocket extends Socket {
  private final InputStream input;
  private final OutputStream output;
  private final Closeable end;
  private final int port;

  StreamSocket(InputStream input, OutputStream output, int port, Closeable end) {
    this.input = new GreetingStream(input);
    this.output = output;
    this.port = port;
    this.end = end;
  }

  @Override
  public InputStream getInputStream() {
    return input;
  }

  @Override
  public OutputStream getOutputStream() {
    return output;
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public int getPort() {
    return port;
  }

  @Override
  public void setSoTimeout(int timeout) {
    // The watchdog keeps the limits.
  }

  @Override
  public void close() throws IOException {
    end.close();
  }
}
