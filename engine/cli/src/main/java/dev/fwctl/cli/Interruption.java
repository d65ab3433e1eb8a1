package dev.fwctl.cli;

import dev.fwctl.core.converge.Converger;
import dev.fwctl.model.ErrorCode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * What ^C does while hosts are at work, and what does as ^C: a request to terminate, a terminal
 * that is gone.
 *
 * <p>The first time no further host is begun, and those that are come to their end. The second
 * time, or when that takes too long, nobody is waited for. Either way the run goes on to its
 * report: a shutdown hook could not, since the JVM does not wait for it, nor tell it of a second
 * ^C.
 */
final class Interruption implements AutoCloseable {
  /** Longer than a host takes that goes back after the time that it has unless told otherwise. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

  private final Terminal terminal;
  private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();
  private @Nullable Converger converger;
  private int times;

  private Interruption(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Begins to listen, until it is closed. */
  static Interruption listen(Terminal terminal) {
    Interruption interruption = new Interruption(terminal);
    for (String name : SIGNALS) {
      Signal signal = new Signal(name);
      interruption.before.put(signal, Signal.handle(signal, _ -> interruption.happen()));
    }
    return interruption;
  }

  /** From now on, what does as ^C ends the program with the exit code of ^C. */
  static void endsTheProgram() {
    for (String name : SIGNALS) {
      Signal.handle(new Signal(name), _ -> System.exit(ErrorCode.INTERRUPTED.exitCode()));
    }
  }

  /** Makes this the work that is interrupted; it stops at once if ^C came before. */
  synchronized void guard(Converger work) {
    converger = work;
    if (times > 0) {
      work.stop();
    }
    if (times > 1) {
      work.abandon();
    }
  }

  synchronized boolean happened() {
    return times > 0;
  }

  private synchronized void happen() {
    times++;
    if (times == 1) {
      tell(
          "\nfwctl: stopping; no further host is begun, those that are come to their end\n"
              + "fwctl: ^C again waits for none: each is kept, or goes back by itself");
      if (converger != null) {
        converger.stop();
      }
      Thread.ofVirtual().name("patience after ^C").start(this::losePatience);
    } else if (times == 2) {
      tell("\nfwctl: waiting for no host any longer");
      abandon();
    }
  }

  private void losePatience() {
    try {
      Thread.sleep(PATIENCE);
    } catch (InterruptedException e) {
      return;
    }
    abandon();
  }

  private synchronized void abandon() {
    times = Math.max(times, 2);
    if (converger != null) {
      converger.abandon();
    }
  }

  private void tell(String words) {
    terminal.err().println(words);
  }

  /** Listens no longer: what ^C did before, it does again. */
  @Override
  public void close() {
    before.forEach(Signal::handle);
  }
}
