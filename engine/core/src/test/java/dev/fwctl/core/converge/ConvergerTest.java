package dev.fwctl.core.converge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.TestHosts;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.transaction.FileFirewall;
import dev.fwctl.core.transaction.Order;
import dev.fwctl.core.transaction.Outcome;
import dev.fwctl.core.transaction.Outcome.NotBegun.Reason;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvergerTest {
  private static final Outcome APPLIED = new Outcome.Applied(Duration.ZERO, List.of());
  private static final Problem PROBLEM = Problem.of(ErrorCode.APPLY_FAILED, "no");
  private static final Outcome FAILED = new Outcome.Unchanged(PROBLEM);
  private static final Outcome BACK = new Outcome.RolledBack(PROBLEM);
  private static final Outcome LOST = new Outcome.Lost(PROBLEM);
  private static final Outcome TOO_MANY = new Outcome.NotBegun(Reason.BUDGET);

  private static final Duration WITHIN = Duration.ofSeconds(150);

  private final List<Integer> begun = Collections.synchronizedList(new ArrayList<>());

  private static Order order(int number) {
    Host host = TestHosts.named("web-%02d".formatted(number), "shell");
    return new Order(
        host,
        new FileFirewall(Path.of("/nowhere")),
        new HostFacts(new TreeMap<>()),
        "",
        List.of(),
        "",
        List.of(),
        "");
  }

  private List<Outcome> run(int hosts, Rollout rollout, Function<Integer, Outcome> become) {
    Function<Order, Outcome> transaction =
        order -> {
          int number = Integer.parseInt(order.host().name().substring(4));
          // Within a wave, hosts begin in any order: an outcome goes by how many began before.
          int before;
          synchronized (begun) {
            before = begun.size();
            begun.add(number);
          }
          return become.apply(before);
        };
    SequencedMap<Host, Supplier<Order>> orders = new LinkedHashMap<>();
    IntStream.range(0, hosts)
        .mapToObj(ConvergerTest::order)
        .forEach(order -> orders.put(order.host(), () -> order));
    return List.copyOf(
        new Converger(
                (order, _) -> transaction.apply(order), Duration.ofMinutes(1), WITHIN, rollout)
            .apply(orders, HostWork.Listener.silent())
            .sequencedValues());
  }

  private static Rollout rollout(String waves, String maxFailures) {
    return new Rollout(
        1,
        Stream.of(waves.split(","))
            .filter(wave -> !wave.isEmpty())
            .map(wave -> Share.parse(wave).orElseThrow())
            .toList(),
        Share.parse(maxFailures));
  }

  @Test
  void goesOnWhateverHappensUnlessItIsTold() {
    assertThat(run(4, rollout("", ""), host -> host == 1 ? FAILED : APPLIED))
        .containsExactlyInAnyOrder(APPLIED, FAILED, APPLIED, APPLIED);
  }

  @Test
  void stopsWhenAHostIsLost() {
    assertThat(run(3, rollout("", ""), host -> host == 1 ? LOST : APPLIED))
        .containsExactlyInAnyOrder(APPLIED, LOST, new Outcome.NotBegun(Reason.LOST));
  }

  @Test
  void stopsWhenTooManyFail() {
    assertThat(run(5, rollout("", "2"), host -> host == 0 ? FAILED : host == 2 ? BACK : APPLIED))
        .containsExactlyInAnyOrder(FAILED, APPLIED, BACK, TOO_MANY, TOO_MANY);
    assertThat(begun).hasSize(3);
  }

  @Test
  void countsAPartOfAllHosts() {
    assertThat(run(10, rollout("", "20%"), host -> FAILED)).filteredOn(FAILED::equals).hasSize(2);
  }

  @Test
  void bearsNoFailureInTheFirstOfSeveralWaves() {
    assertThat(run(4, rollout("1,100%", "3"), host -> FAILED))
        .containsExactly(FAILED, TOO_MANY, TOO_MANY, TOO_MANY);
  }

  @Test
  void countsFailuresOverAllWaves() {
    assertThat(run(6, rollout("1,3", "2"), host -> host == 0 ? APPLIED : FAILED))
        .containsExactlyInAnyOrder(APPLIED, FAILED, FAILED, TOO_MANY, TOO_MANY, TOO_MANY);
  }

  @Test
  void neverBeginsAWaveBeforeTheOneBeforeHasEnded() {
    run(
        10,
        new Rollout(10, List.of(new Share(3, false)), Optional.empty()),
        host -> {
          try {
            Thread.sleep(50);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return APPLIED;
        });
    assertThat(begun.subList(0, 3)).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(begun).hasSize(10);
  }

  @Test
  void waitsForNoHostWhenItIsAbandoned() {
    AtomicReference<Converger> running = new AtomicReference<>();
    CountDownLatch never = new CountDownLatch(1);
    List<Outcome> told = Collections.synchronizedList(new ArrayList<>());
    SequencedMap<Host, Supplier<Order>> orders = new LinkedHashMap<>();
    IntStream.range(0, 4)
        .mapToObj(ConvergerTest::order)
        .forEach(order -> orders.put(order.host(), () -> order));
    Converger converger =
        new Converger(
            (order, stopped) -> {
              if (order.host().name().equals("web-00")) {
                return APPLIED;
              }
              assertThat(stopped.getAsBoolean()).isFalse();
              requireNonNull(running.get()).abandon();
              assertThat(stopped.getAsBoolean()).isTrue();
              stayAtWork(never);
              return APPLIED;
            },
            Duration.ofMinutes(1),
            WITHIN,
            rollout("1,3", ""));
    running.set(converger);

    Map<Host, Outcome> outcomes =
        converger.apply(
            orders,
            new HostWork.Listener<>() {
              @Override
              public void started(Host host) {}

              @Override
              public void finished(Host host, Outcome outcome) {
                told.add(outcome);
              }
            });

    Outcome notBegun = new Outcome.NotBegun(Reason.STOPPED);
    assertThat(outcomes.values())
        .containsExactlyInAnyOrder(APPLIED, new Outcome.Abandoned(WITHIN), notBegun, notBegun);
    assertThat(told).containsExactlyInAnyOrderElementsOf(outcomes.values());
    assertThat(converger.stopped()).contains(Reason.STOPPED);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    never.countDown();
  }

  /** Does not come to an end for being interrupted, as a hung connection does not. */
  private static void stayAtWork(CountDownLatch end) {
    while (true) {
      try {
        end.await();
        return;
      } catch (InterruptedException e) {
        // It stays.
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          50 | 1,10%,100% | 1,4,45
          50 | 10%        | 5,45
          50 | ''         | 50
          5  | 1,10%,50%  | 1,1,1,2
          3  | 100%,1     | 3
          2  | 0          | 1,1
          """)
  void splitsHostsIntoWaves(int hosts, String waves, String sizes) {
    assertThat(rollout(waves, "").split(IntStream.range(0, hosts).boxed().toList()))
        .extracting(List::size)
        .containsExactlyElementsOf(Stream.of(sizes.split(",")).map(Integer::parseInt).toList());
  }

  @ParameterizedTest
  @CsvSource({"-1", "101%", "x", "%", "''", "1.5", "99999999999"})
  void readsOnlyShares(String text) {
    assertThat(Share.parse(text)).isEmpty();
  }
}
