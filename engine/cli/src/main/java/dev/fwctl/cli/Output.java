package dev.fwctl.cli;

import dev.fwctl.core.report.Events;
import java.time.Clock;

/** Where the events of a run go. */
final class Output {
  private final Events events;

  Output(Terminal terminal) {
    this.events =
        new Events(
            line -> {
              terminal.out().println(line);
              terminal.out().flush();
            },
            Clock.systemUTC());
  }

  /** Returns the writer of events, which has not written any yet. */
  Events events() {
    return events;
  }
}
