package dev.fwctl.core.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.core.TestHosts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeldConnectionsTest {
  private static final Script SCRIPT = new Script("true", Duration.ofSeconds(1), 100);

  private int opened;
  private int open;
  private boolean broken;

  private static Host host(String name) {
    return TestHosts.named(name, "shell");
  }

  private HeldConnections holding(int most) {
    return new HeldConnections(
        host -> {
          opened++;
          open++;
          return new Connection() {
            @Override
            public Execution execute(Script script) {
              if (broken) {
                throw new FwctlException(Problem.of(ErrorCode.UNREACHABLE, "broken"));
              }
              return new Execution(0, "", "");
            }

            @Override
            public void close() {
              open--;
            }
          };
        },
        most);
  }

  @Test
  void keepsAConnectionForTheNext() {
    try (HeldConnections held = holding(1)) {
      held.connect(host("a")).close();
      held.connect(host("a")).close();
      assertThat(opened).isEqualTo(1);
      assertThat(open).isEqualTo(1);
    }
    assertThat(open).isZero();
  }

  @Test
  void keepsNoMoreThanItMay() {
    try (HeldConnections held = holding(1)) {
      held.connect(host("a")).close();
      held.connect(host("b")).close();
      assertThat(open).isEqualTo(1);
    }
  }

  @Test
  void keepsNoneThatBroke() {
    try (HeldConnections held = holding(1)) {
      try (Connection connection = held.connect(host("a"))) {
        broken = true;
        assertThatThrownBy(() -> connection.execute(SCRIPT)).isInstanceOf(FwctlException.class);
      }
      assertThat(open).isZero();
    }
  }

  /** Whoever comes from outside anew is not one connection more. */
  @Test
  void letsGoOfOneWhereANewOneIsWanted() {
    try (HeldConnections held = holding(1)) {
      held.connect(host("a")).close();
      held.letGo(host("a"));
      assertThat(open).isZero();
      held.letGo(host("a"));
      held.connect(host("a")).close();
      assertThat(opened).isEqualTo(2);
    }
  }

  @Test
  void keepsNothingOnceItIsClosed() {
    HeldConnections held = holding(1);
    Connection late = held.connect(host("a"));
    held.close();
    late.close();
    assertThat(open).isZero();
  }
}
