package dev.fwctl.cli;

/** Does something when the program is ended from outside, until it is closed. */
final class AtExit implements AutoCloseable {
  private final Thread hook;

  /**
   * Begins to watch.
   *
   * @param name of the thread that does it
   */
  AtExit(String name, Runnable work) {
    this.hook = new Thread(work, name);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Nothing is done any more, unless it has begun. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException exiting) {
      // the hook runs, and the program ends with it
    }
  }
}
