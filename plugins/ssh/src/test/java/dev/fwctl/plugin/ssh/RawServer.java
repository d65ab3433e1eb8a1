package dev.fwctl.plugin.ssh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP server on loopback that does with each connection what a test wants. */
final class RawServer implements AutoCloseable {
  private final ServerSocket listener;
  private final AtomicInteger accepted = new AtomicInteger();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  /** What is done with a connection; the socket is closed afterwards. */
  interface Handler {
    /**
     * Serves a connection.
     *
     * @param number which one it is, from 1
     */
    void serve(Socket socket, int number) throws IOException, InterruptedException;
  }

  RawServer(Handler handler) {
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(() -> accept(handler));
  }

  private void accept(Handler handler) {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        int number = accepted.incrementAndGet();
        Thread.ofVirtual()
            .start(
                () -> {
                  try (socket) {
                    handler.serve(socket, number);
                  } catch (IOException | InterruptedException gone) {
                    // The client went away, which tests are about.
                  }
                });
      } catch (IOException closed) {
        return;
      }
    }
  }

  /** Passes everything on to another port of loopback, both ways, until one side ends. */
  static void passOn(Socket socket, int port) throws IOException, InterruptedException {
    try (Socket target = new Socket(InetAddress.getLoopbackAddress(), port)) {
      Thread back =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (socket) {
                      target.getInputStream().transferTo(socket.getOutputStream());
                    } catch (IOException gone) {
                      // One of the two went away.
                    }
                  });
      socket.getInputStream().transferTo(target.getOutputStream());
      target.close();
      back.join();
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  int accepted() {
    return accepted.get();
  }

  /** Tells whether the client has closed all connections that it made. */
  boolean clientIsGone() {
    return sockets.stream().allMatch(Socket::isClosed);
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
