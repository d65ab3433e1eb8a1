package dev.fwctl.core.facts;

import static dev.fwctl.core.facts.FakeHosts.answering;
import static dev.fwctl.core.facts.FakeHosts.gatherer;
import static dev.fwctl.core.facts.FakeHosts.host;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.facts.FakeHosts.Text;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FactCollectorTest {
  private static final FactLimits LIMITS =
      new FactLimits(Duration.ofSeconds(10), Duration.ofSeconds(30), 10_000, 1_000);

  private static FactCollector collector(Function<Host, Connection> connector) {
    return collector(connector, LIMITS);
  }

  private static FactCollector collector(Function<Host, Connection> connector, FactLimits limits) {
    return new FactCollector(
        new FactReader(List.of(gatherer("name", "hostname")), limits), connector, limits);
  }

  /** Answers as a host would whose probe prints its name. */
  private static Execution answer(Script script, String name) {
    Matcher matcher = Pattern.compile("fwctl_token=(\\w+)").matcher(script.text());
    assertThat(matcher.find()).isTrue();
    String token = matcher.group(1);
    String output =
        "\n%1$s begin receipt\n\n%1$s end receipt 0\n\n%1$s begin name\n%2$s\n%1$s end name 0\n"
            .formatted(token, name);
    return new Execution(0, output, "");
  }

  private static List<Host> hosts(int count) {
    return IntStream.range(0, count).mapToObj(i -> host("web-" + i)).toList();
  }

  private static HostReading.Gathered gathered(HostReading reading) {
    assertThat(reading).isInstanceOf(HostReading.Gathered.class);
    return (HostReading.Gathered) reading;
  }

  @Test
  void everyHostIsReadAndTheOrderKept() {
    List<Host> hosts = hosts(500);
    Queue<String> events = new ConcurrentLinkedQueue<>();

    SequencedMap<Host, HostReading> readings =
        collector(host -> answering(script -> answer(script, host.name())))
            .collect(
                hosts,
                20,
                new HostWork.Listener<>() {
                  @Override
                  public void started(Host host) {
                    events.add("started " + host.name());
                  }

                  @Override
                  public void finished(Host host, HostReading result) {
                    events.add("finished " + host.name());
                  }
                });

    assertThat(readings.sequencedKeySet()).containsExactlyElementsOf(hosts);
    readings.forEach(
        (host, reading) ->
            assertThat(gathered(reading).facts().facts())
                .containsEntry("name", new Text(0, host.name(), "")));
    assertThat(events).hasSize(1000).doesNotHaveDuplicates();
  }

  @Test
  void noMoreConnectionsAreOpenThanTheParallelismAllows() {
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();

    collector(
            host -> {
              most.accumulateAndGet(open.incrementAndGet(), Math::max);
              return new Connection() {
                @Override
                public Execution execute(Script script) {
                  Thread.yield();
                  return answer(script, host.name());
                }

                @Override
                public void close() {
                  open.decrementAndGet();
                }
              };
            })
        .collect(hosts(200), 7, HostWork.Listener.silent());

    assertThat(most.get()).isBetween(1, 7);
    assertThat(open.get()).isZero();
  }

  @Test
  void aHostThatFailsCostsOnlyItself() {
    SequencedMap<Host, HostReading> readings =
        collector(
                host -> {
                  switch (host.name()) {
                    case "web-0" ->
                        throw new FwctlException(Problem.of(ErrorCode.UNREACHABLE, "no route"));
                    case "web-1" -> throw new IllegalStateException("a mistake");
                    case "web-2" -> throw new StackOverflowError();
                    default -> {
                      return answering(
                          script ->
                              host.name().equals("web-3")
                                  ? new Execution(0, "\u001b[2J".repeat(100), "")
                                  : answer(script, host.name()));
                    }
                  }
                })
            .collect(hosts(6), 2, HostWork.Listener.silent());

    assertThat(readings.values())
        .extracting(
            reading ->
                reading instanceof HostReading.Failed failed
                    ? failed.problems().getFirst().code().name()
                    : "gathered")
        .containsExactly(
            "UNREACHABLE",
            "UNREACHABLE",
            "UNREACHABLE",
            "ANSWER_MALFORMED",
            "gathered",
            "gathered");
  }

  @Test
  void aHungHostCostsNoOtherHostItsPlace() {
    CountDownLatch never = new CountDownLatch(1);
    FactLimits limits = new FactLimits(Duration.ofSeconds(1), Duration.ofMillis(300), 1000, 1000);

    SequencedMap<Host, HostReading> readings =
        collector(
                host ->
                    answering(
                        script -> {
                          while (host.name().equals("web-0") && never.getCount() > 0) {
                            try {
                              never.await();
                            } catch (InterruptedException e) {
                              // As a plugin would that knows nothing of interruption.
                            }
                          }
                          return answer(script, host.name());
                        }),
                limits)
            .collect(hosts(5), 1, HostWork.Listener.silent());
    never.countDown();

    HostReading first = readings.firstEntry().getValue();
    assertThat(first).isInstanceOf(HostReading.Failed.class);
    assertThat(((HostReading.Failed) first).problems())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.LIMIT_EXCEEDED);
    assertThat(readings.values().stream().skip(1)).allMatch(HostReading.Gathered.class::isInstance);
  }

  @Test
  void anInterruptionStopsAtOnceAndClosesWhatIsOpen() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(3);
    AtomicInteger opened = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    AtomicReference<Throwable> thrown = new AtomicReference<>(new AssertionError("not thrown"));
    FactCollector collector =
        collector(
            host -> {
              opened.incrementAndGet();
              return new Connection() {
                @Override
                public Execution execute(Script script) {
                  busy.countDown();
                  try {
                    Thread.sleep(Duration.ofMinutes(5));
                  } catch (InterruptedException e) {
                    throw new FwctlException(Problem.of(ErrorCode.INTERRUPTED, "stopped"), e);
                  }
                  return answer(script, host.name());
                }

                @Override
                public void close() {
                  closed.incrementAndGet();
                }
              };
            });

    Thread user =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    collector.collect(hosts(100), 3, HostWork.Listener.silent());
                  } catch (FwctlException e) {
                    thrown.set(e);
                  }
                });
    assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();
    user.interrupt();
    user.join();

    assertThat(thrown.get()).isInstanceOf(FwctlException.class);
    assertThat(((FwctlException) thrown.get()).exitCode()).isEqualTo(130);
    assertThat(opened.get()).isEqualTo(3);
    assertThat(closed.get()).isEqualTo(3);
  }
}
