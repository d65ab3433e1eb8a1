package dev.fwctl.campaign;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What goes wrong while a host is being changed. */
enum Fault {
  CONTROLLER_KILLED(Cut.NOTHING) {
    @Override
    Optional<Report> strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      apply.kill();
      return Optional.empty();
    }
  },
  CONNECTION_CUT(Cut.NOTHING) {
    @Override
    Optional<Report> strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.tryScript(END_SESSIONS);
      return Optional.empty();
    }
  },
  SSHD_STOPPED(Cut.NOTHING) {
    @Override
    Optional<Report> strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.lab().script(scene.host(), "kill $(cat /run/sshd.pid)");
      scene.tryScript(END_SESSIONS);
      rest(lasting);
      scene.lab().run(scene.host(), "/usr/sbin/sshd");
      return Optional.empty();
    }
  },
  NETWORK_DOWN(Cut.EVERYTHING) {
    @Override
    Optional<Report> strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.network(false);
      try {
        rest(lasting);
      } finally {
        scene.network(true);
      }
      return Optional.empty();
    }
  },
  DOCKER_RESTARTED(Cut.CONTAINERS) {
    @Override
    Optional<Report> strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.lab().restartDocker(scene.host());
      scene.awaitShop();
      return Optional.empty();
    }
  },
  /** Also Docker's own rules go, until it is started anew. */
  RULES_FLUSHED(Cut.CONTAINERS) {
    @Override
    Optional<Report> strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene
          .lab()
          .script(
              scene.host(),
              """
              for tool in iptables ip6tables; do
                for table in raw mangle nat filter; do
                  $tool -w -t $table -F && $tool -w -t $table -X || true
                done
                $tool -w -P FORWARD ACCEPT
              done
              """);
      rest(lasting);
      scene.lab().restartDocker(scene.host());
      scene.awaitShop();
      return Optional.empty();
    }
  },
  /** Only iptables-legacy takes it; the kernel itself orders the changes of iptables-nft. */
  LOCK_HELD(Cut.NOTHING) {
    @Override
    Optional<Report> strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.tryScript("flock /run/xtables.lock sleep " + lasting.toSeconds());
      return Optional.empty();
    }
  },
  DISK_FULL(Cut.NOTHING) {
    @Override
    Optional<Report> strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.tryScript("cat /dev/zero >/var/lib/fwctl/full 2>/dev/null");
      rest(lasting);
      scene.lab().run(scene.host(), "rm", "-f", "/var/lib/fwctl/full");
      return Optional.empty();
    }
  },
  SECOND_CONTROLLER(Cut.NOTHING) {
    @Override
    Optional<Report> strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      return Optional.of(scene.apply(other).report());
    }
  };

  /** What a fault itself keeps from being reached while it lasts. */
  enum Cut {
    NOTHING,
    CONTAINERS,
    EVERYTHING;

    boolean cuts(Way.Service service) {
      return this == EVERYTHING || (this == CONTAINERS && service == Way.Service.SHOP);
    }
  }

  private static final String END_SESSIONS =
      """
      for file in /proc/[0-9]*/cmdline; do
        if grep -q '^sshd: [a-z]*\\(@\\| \\[priv\\]\\)' "$file" 2>/dev/null; then
          process=${file%/cmdline}
          kill -9 "${process#/proc/}" 2>/dev/null
        fi
      done
      """;

  private final Cut cut;

  Fault(Cut cut) {
    this.cut = cut;
  }

  Cut cut() {
    return cut;
  }

  /**
   * Does it, and puts it right again.
   *
   * @param apply the run that is changing the host
   * @param other what a second operator wants
   * @param lasting for how long, where it does not end by itself
   * @return what a second operator's program said
   */
  abstract Optional<Report> strike(Scene scene, Scene.Run apply, Grants other, Duration lasting);

  /** Returns its name on the command line, such as {@code network-down}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Returns the fault of a name.
   *
   * @throws FwctlException with code USAGE when there is none
   */
  static Fault of(String label) {
    List<Fault> faults = List.of(values());
    return faults.stream()
        .filter(fault -> fault.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new FwctlException(
                    Problem.of(
                        ErrorCode.USAGE,
                        "there is no fault '" + label + "'",
                        "there are "
                            + String.join(
                                ", ", Arrays.stream(values()).map(Fault::label).toList()))));
  }

  private static void rest(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
