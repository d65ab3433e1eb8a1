package dev.fwctl.analysis;

import java.util.Optional;

/**
 * What packets look like at one point of their way, where that is no longer as they began.
 *
 * @param in the interface that they came in by, when it is another than the one they began with
 * @param translation where they are bound for, when that was translated
 * @param untracked whether connection tracking has not looked at them yet
 */
record View(Optional<String> in, Optional<Translation> translation, boolean untracked) {
  static final View BEGINNING = new View(Optional.empty(), Optional.empty(), false);

  View beforeTracking() {
    return new View(in, translation, true);
  }

  View translated(Translation by) {
    return new View(in, Optional.of(by), untracked);
  }

  View arrivingBy(String name) {
    return new View(Optional.of(name), translation, untracked);
  }
}
