package dev.fwctl.acceptance;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Does the same for many at once. */
final class Parallel {
  private Parallel() {}

  /** Asks the same of all at once; answers in the order of the names. Fails naming who failed. */
  static <T> Map<String, T> each(Collection<String> names, Function<String, T> question) {
    Map<String, T> answers = new LinkedHashMap<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Future<T>> running = new LinkedHashMap<>();
      for (String name : names) {
        running.put(name, executor.submit(() -> question.apply(name)));
      }
      for (Map.Entry<String, Future<T>> one : running.entrySet()) {
        try {
          answers.put(one.getKey(), one.getValue().get());
        } catch (ExecutionException failure) {
          throw new AssertionError("on " + one.getKey(), failure.getCause());
        } catch (InterruptedException interruption) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException(interruption);
        }
      }
    }
    return answers;
  }
}
