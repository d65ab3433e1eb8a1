package dev.fwctl.plugin.ssh;

import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.ConnectionProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import net.schmizz.sshj.Config;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Reaches hosts over SSH.
 *
 * <p>What costs time is done once for all hosts, and when the first asks for it: the configuration
 * of sshj, known_hosts files, key files, the question to ssh-agent.
 */
@Extension
public final class SshConnectionProvider implements ConnectionProvider {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

  private final Surroundings surroundings;
  private final Watchdog watchdog = new Watchdog();
  private final NameResolver resolver = new NameResolver();
  private final Identities identities;
  private final Dialer dialer;
  private final Map<List<Path>, KnownHosts> knownHosts = new ConcurrentHashMap<>();
  private @Nullable Config config;

  public SshConnectionProvider() {
    this(Surroundings.ofThisProcess());
  }

  SshConnectionProvider(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.identities = new Identities(surroundings, this::config, watchdog);
    this.dialer = new Dialer(this::config, watchdog, resolver);
  }

  @Override
  public String type() {
    return "ssh";
  }

  @Override
  public Connection connect(Host host) {
    Destination destination = destination(host.connection(), host.place());
    try {
      return new SshConnection(host, dial(destination), watchdog);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new FwctlException(
          Problem.of(ErrorCode.INTERRUPTED, "interrupted while connecting"), interrupted);
    }
  }

  private Login dial(Destination destination) throws InterruptedException {
    int retries = destination.settings().retries();
    for (int failures = 0; ; failures++) {
      try {
        return dialer.dial(destination);
      } catch (ConnectFailure failure) {
        if (Thread.interrupted() || failure.forInterrupt()) {
          throw new InterruptedException();
        }
        if (!failure.forLoad() || failures >= retries) {
          throw failure.asFwctlException();
        }
      }
      Thread.sleep(pause(failures));
    }
  }

  /** Returns a pause that doubles each time, by chance shorter or longer by up to a half. */
  private static Duration pause(int failures) {
    long millis =
        Math.min(FIRST_PAUSE.toMillis() << Math.min(failures, 10), LONGEST_PAUSE.toMillis());
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis / 2, millis * 3 / 2));
  }

  private Destination destination(ConnectionSettings settings, Place hostPlace) {
    Place place =
        Stream.of("ansible_host", "ansible_ssh_host")
            .flatMap(variable -> Stream.ofNullable(settings.places().get(variable)))
            .findFirst()
            .orElse(hostPlace);
    Optional<Destination> jump =
        settings.jump().map(jumpSettings -> destination(jumpSettings, hostPlace));
    List<Path> files =
        settings.knownHosts().isEmpty() ? surroundings.knownHosts() : settings.knownHosts();
    return new Destination(
        settings,
        place,
        identities.credentials(settings, hostPlace),
        knownHosts.computeIfAbsent(files, KnownHosts::read),
        jump);
  }

  private synchronized Config config() {
    Config known = config;
    if (known == null) {
      known = ClientConfig.create();
      config = known;
    }
    return known;
  }

  @Override
  public void close() {
    watchdog.close();
    resolver.close();
  }
}
