package dev.fwctl.campaign;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What goes wrong while a host is being changed. */
enum Fault {
  CONTROLLER_KILLED(Harm.NOTHING) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      apply.kill();
      return Traces.NONE;
    }
  },
  CONNECTION_CUT(Harm.NOTHING) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.tryScript(END_SESSIONS);
      return Traces.NONE;
    }
  },
  SSHD_STOPPED(Harm.NOTHING) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.sshd(false);
      scene.tryScript(END_SESSIONS);
      rest(lasting);
      scene.sshd(true);
      return Traces.NONE;
    }
  },
  NETWORK_DOWN(Harm.NETWORK) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.network(false);
      try {
        rest(lasting);
      } finally {
        scene.network(true);
      }
      return Traces.NONE;
    }
  },
  DOCKER_RESTARTED(Harm.DOCKER) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.lab().restartDocker(scene.host());
      scene.awaitShop();
      return Traces.NONE;
    }
  },
  /** Also Docker's own rules go, until it is started anew. */
  RULES_FLUSHED(Harm.DOCKER) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
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
      Instant flushed = Instant.now();
      rest(lasting);
      scene.lab().restartDocker(scene.host());
      scene.awaitShop();
      return new Traces(Optional.empty(), Optional.of(flushed));
    }
  },
  /** Only iptables-legacy takes it; the kernel itself orders the changes of iptables-nft. */
  LOCK_HELD(Harm.NOTHING, Scene.Kind.LEGACY) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.tryScript("flock /run/xtables.lock sleep " + lasting.toSeconds());
      return Traces.NONE;
    }
  },
  DISK_FULL(Harm.NOTHING, Scene.Kind.NFT, Scene.Kind.LEGACY) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.tryScript("cat /dev/zero >/var/lib/fwctl/full 2>/dev/null");
      rest(lasting);
      scene.lab().run(scene.host(), "rm", "-f", "/var/lib/fwctl/full");
      return Traces.NONE;
    }
  },
  HOST_REBOOTED(Harm.HOST, Scene.Kind.SYSTEMD) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.lab().reboot(scene.host());
      scene.comeBack();
      return Traces.NONE;
    }
  },
  POWER_CUT(Harm.HOST, Scene.Kind.SYSTEMD) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      scene.lab().powerOff(scene.host());
      rest(lasting);
      scene.lab().powerOn(scene.host());
      scene.comeBack();
      return Traces.NONE;
    }
  },
  SECOND_CONTROLLER(Harm.NOTHING) {
    @Override
    Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting) {
      return new Traces(Optional.of(scene.apply(other).report()), Optional.empty());
    }
  };

  /** What a fault itself does to others than us. */
  enum Harm {
    NOTHING,
    /** Packets are lost while it lasts. */
    NETWORK,
    /** Docker ends, its containers with it, and starts anew. */
    DOCKER,
    /** All of the host does. */
    HOST;

    /** Tells whether a service can't be reached while it lasts. */
    boolean cuts(Way.Service service) {
      return this == NETWORK || ends(service);
    }

    /** Tells whether it ends the service, and so the connections to it. */
    boolean ends(Way.Service service) {
      return this == HOST || (this == DOCKER && service == Way.Service.SHOP);
    }

    /** Tells whether Docker writes its rules anew. */
    boolean restartsDocker() {
      return this == HOST || this == DOCKER;
    }
  }

  /**
   * What a fault leaves for the judge to know.
   *
   * @param second what a second operator's program said
   * @param flushed when all rules were gone
   */
  record Traces(Optional<Report> second, Optional<Instant> flushed) {
    private static final Traces NONE = new Traces(Optional.empty(), Optional.empty());
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

  private final Harm harm;
  private final List<Scene.Kind> kinds;

  /** A fault that can strike each kind of host. */
  Fault(Harm harm) {
    this(harm, Scene.Kind.values());
  }

  Fault(Harm harm, Scene.Kind... kinds) {
    this.harm = harm;
    this.kinds = List.of(kinds);
  }

  Harm harm() {
    return harm;
  }

  /** Returns which kinds of hosts it can strike. */
  List<Scene.Kind> kinds() {
    return kinds;
  }

  /**
   * Does it, and puts it right again.
   *
   * @param apply the run that is changing the host
   * @param other what a second operator wants
   * @param lasting for how long, where it does not end by itself
   */
  abstract Traces strike(Scene scene, Scene.Run apply, Grants other, Duration lasting);

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
