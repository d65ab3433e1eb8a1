package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BooleanSupplier;

/** Waits for what is to come about by itself. */
final class Await {
  private static final int TRIES = 1200;
  private static final long PAUSE_MILLISECONDS = 50;

  private Await() {}

  /** Waits until a condition holds, which it must within a minute or more. */
  static void until(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < TRIES && !condition.getAsBoolean(); i++) {
      Thread.sleep(PAUSE_MILLISECONDS);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }
}
