package dev.fwctl.lab;

import java.util.concurrent.atomic.AtomicInteger;

/** Names for the labs of tests, so that runs of the tests at the same time do not meet. */
public final class LabNames {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private LabNames() {}

  /** Returns a name that no other lab on this machine has. */
  public static String fresh() {
    return "t"
        + Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX)
        + "x"
        + COUNT.incrementAndGet();
  }
}
