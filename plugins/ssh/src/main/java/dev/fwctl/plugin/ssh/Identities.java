package dev.fwctl.plugin.ssh;

import com.hierynomus.sshj.userauth.certificate.Certificate;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Secret;
import dev.fwctl.plugin.ssh.Agent.AgentKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.schmizz.sshj.Config;
import net.schmizz.sshj.userauth.keyprovider.KeyPairWrapper;
import net.schmizz.sshj.userauth.method.AuthKeyboardInteractive;
import net.schmizz.sshj.userauth.method.AuthMethod;
import net.schmizz.sshj.userauth.method.AuthPassword;
import net.schmizz.sshj.userauth.method.AuthPublickey;
import net.schmizz.sshj.userauth.method.PasswordResponseProvider;
import net.schmizz.sshj.userauth.password.PasswordFinder;
import net.schmizz.sshj.userauth.password.Resource;
import org.jspecify.annotations.Nullable;

/** The keys and passwords to log in with; each key file is read once for all hosts. */
final class Identities {
  private static final List<String> KEY_VARIABLES =
      List.of(
          "ansible_private_key_file",
          "ansible_ssh_private_key_file",
          "ansible_ssh_common_args",
          "ansible_ssh_extra_args",
          "ansible_ssh_args");

  private final Surroundings surroundings;
  private final Supplier<Config> config;
  private final Optional<Agent> agent;
  private final Map<Path, KeyFile> files = new ConcurrentHashMap<>();
  private @Nullable List<AgentKey> agentKeys;

  Identities(Surroundings surroundings, Supplier<Config> config, Watchdog watchdog) {
    this.surroundings = surroundings;
    this.config = config;
    this.agent = surroundings.agent().map(socket -> new Agent(socket, watchdog));
  }

  /**
   * One thing to try for logging in.
   *
   * @param label what to call it in a message
   * @param key the public key, when it is one
   * @param method makes what sshj does it with, anew for each connection
   */
  record Offer(String label, Optional<EncodedKey> key, Supplier<AuthMethod> method) {}

  /**
   * What to log in with.
   *
   * @param user the user
   * @param offers what to try, in order
   * @param remarks what could not be tried, and why
   */
  record Credentials(String user, List<Offer> offers, List<String> remarks) {
    Credentials {
      offers = List.copyOf(offers);
      remarks = List.copyOf(remarks);
    }
  }

  /**
   * Collects what a host's settings say to log in with.
   *
   * @throws FwctlException with code FILE_UNREADABLE when a named key can't be used, or
   *     AUTHENTICATION when there is nothing to try
   */
  Credentials credentials(ConnectionSettings settings, Place hostPlace) {
    List<Offer> offers = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    if (settings.privateKeys().isEmpty()) {
      for (Path file : surroundings.privateKeys()) {
        switch (keyFile(file)) {
          case KeyFile.Usable key -> offers.addAll(offers(file, key.pair()));
          case KeyFile.Locked _ -> remarks.add(file + " takes a passphrase");
          case KeyFile.Unusable key -> remarks.add(file + ": " + key.reason());
          case KeyFile.Absent _ -> {}
        }
      }
    } else {
      Place place =
          KEY_VARIABLES.stream()
              .flatMap(variable -> Stream.ofNullable(settings.places().get(variable)))
              .findFirst()
              .orElse(hostPlace);
      for (Path file : settings.privateKeys()) {
        offers.addAll(namedKey(file, place, settings.timeout()));
      }
    }
    for (AgentKey key : agentKeys(settings.timeout(), remarks)) {
      Offer offer = agentOffer(key, settings.timeout());
      // A server hears only so many tries (MaxAuthTries of sshd_config), so none is made twice.
      if (offers.stream().noneMatch(other -> other.key().equals(offer.key()))) {
        offers.add(offer);
      }
    }
    settings.password().ifPresent(password -> offers.addAll(offers(password)));
    if (offers.isEmpty()) {
      throw new FwctlException(
          Problem.at(
              hostPlace,
              ErrorCode.AUTHENTICATION,
              "there is no key and no password to log in to "
                  + settings.address()
                  + " with"
                  + (remarks.isEmpty() ? "" : " (" + String.join("; ", remarks) + ")"),
              "set ansible_ssh_private_key_file, put a key into "
                  + surroundings.folder()
                  + ", or load one into ssh-agent"));
    }
    return new Credentials(settings.user().orElse(surroundings.user()), offers, remarks);
  }

  private List<Offer> namedKey(Path file, Place place, Duration limit) {
    return switch (keyFile(file)) {
      case KeyFile.Usable key -> offers(file, key.pair());
      case KeyFile.Locked key -> List.of(lockedKey(file, key, place, limit));
      case KeyFile.Absent _ ->
          throw new FwctlException(
              Problem.at(
                  place,
                  ErrorCode.FILE_UNREADABLE,
                  "there is no key file " + file,
                  "correct the path, or make the key with ssh-keygen -t ed25519 -f " + file));
      case KeyFile.Unusable key ->
          throw new FwctlException(
              Problem.at(
                  place,
                  ErrorCode.FILE_UNREADABLE,
                  "can't use the key file " + file + ": " + key.reason(),
                  "name the file of a private key, in the format of ssh-keygen"));
    };
  }

  private Offer lockedKey(Path file, KeyFile.Locked key, Place place, Duration limit) {
    return key.publicKey()
        .flatMap(
            wanted ->
                agentKeys(limit, new ArrayList<>()).stream()
                    .filter(held -> held.key().equals(wanted))
                    .findFirst())
        .map(held -> agentOffer(held, limit))
        .orElseThrow(
            () ->
                new FwctlException(
                    Problem.at(
                        place,
                        ErrorCode.FILE_UNREADABLE,
                        "the key file " + file + " takes a passphrase, and no ssh-agent holds it",
                        "load it with ssh-add " + file + " before you run fwctl")));
  }

  private KeyFile keyFile(Path file) {
    return files.computeIfAbsent(file, path -> KeyFile.read(path, config.get()));
  }

  private static List<Offer> offers(Path file, KeyPair pair) {
    List<Offer> offers = new ArrayList<>();
    offers.add(
        new Offer(
            "the key " + file,
            Optional.of(EncodedKey.of(pair.getPublic())),
            () -> new AuthPublickey(new KeyPairWrapper(pair))));
    if (pair.getPublic() instanceof Certificate<?> certificate) {
      KeyPair plain = new KeyPair(certificate.getKey(), pair.getPrivate());
      offers.add(
          new Offer(
              "the key " + file + " without its certificate",
              Optional.of(EncodedKey.of(certificate.getKey())),
              () -> new AuthPublickey(new KeyPairWrapper(plain))));
    }
    return offers;
  }

  private Offer agentOffer(AgentKey key, Duration limit) {
    return new Offer(
        "the agent's key " + key.key().fingerprint(),
        Optional.of(key.key()),
        () -> new AgentAuthentication(agent.orElseThrow(), key.key(), limit));
  }

  private static List<Offer> offers(Secret password) {
    PasswordFinder finder =
        new PasswordFinder() {
          @Override
          public char[] reqPassword(@Nullable Resource<?> resource) {
            return password.value().toCharArray();
          }

          @Override
          public boolean shouldRetry(@Nullable Resource<?> resource) {
            return false;
          }
        };
    return List.of(
        new Offer("the password", Optional.empty(), () -> new AuthPassword(finder)),
        new Offer(
            "the password by keyboard-interactive",
            Optional.empty(),
            () -> new AuthKeyboardInteractive(new PasswordResponseProvider(finder))));
  }

  /** Returns what the agent holds, asked once; an agent that does not answer holds nothing. */
  private synchronized List<AgentKey> agentKeys(Duration limit, List<String> remarks) {
    List<AgentKey> known = agentKeys;
    if (known == null) {
      known = List.of();
      if (agent.isPresent()) {
        try {
          known = agent.get().keys(limit);
        } catch (IOException e) {
          remarks.add("no answer from the ssh-agent: " + e.getMessage());
        }
      }
      agentKeys = known;
    }
    return known;
  }
}
