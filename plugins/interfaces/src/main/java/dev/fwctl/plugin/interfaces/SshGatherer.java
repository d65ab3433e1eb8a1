package dev.fwctl.plugin.interfaces;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.SshFacts.ListeningSocket;
import dev.fwctl.model.SshFacts.OwnConnection;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pf4j.Extension;

/**
 * Learns where a host's SSH servers listen, and by which connection we came.
 *
 * <p>Two processes, three under sudo: the shell itself goes through {@code /proc}, as asking {@code
 * ss} for the owners of sockets costs more the more files all processes of a host have open.
 * Source: proc(5).
 */
@Extension
public final class SshGatherer implements FactGatherer {
  /** {@code LISTEN} in include/net/tcp_states.h of the kernel. */
  private static final String LISTEN = "0A";

  private static final Pattern SOCKET = Pattern.compile(" -> socket:\\[([0-9]+)]$");
  private static final Pattern LOCAL = Pattern.compile("([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})");

  @Override
  public String name() {
    return "ssh";
  }

  /**
   * Sections: our connection, from our environment or, where sudo has cleared that, from the
   * nearest parent's; the open files of each SSH server that is not the child of one (the children
   * hold the listening sockets of their users' forwardings); all listening sockets.
   */
  @Override
  public String probe() {
    return """
        if [ -n "${SSH_CONNECTION-}" ]; then
          printf 'SSH_CONNECTION=%s\\n' "$SSH_CONNECTION"
        else
          fwctl_parents= fwctl_process=$$ fwctl_steps=0
          while [ "$fwctl_process" -gt 0 ] && [ "$fwctl_steps" -lt 100 ]; do
            fwctl_parents="$fwctl_parents /proc/$fwctl_process/environ"
            read -r fwctl_stat <"/proc/$fwctl_process/stat" || break
            case $fwctl_stat in *') '*) ;; *) break ;; esac
            set -- ${fwctl_stat##*') '}
            fwctl_process=$2 fwctl_steps=$((fwctl_steps + 1))
          done
          grep -a -h -z '^SSH_CONNECTION=' $fwctl_parents | tr '\\0' '\\n'
        fi
        fwctl_servers=
        for fwctl_folder in /proc/[0-9]*; do
          read -r fwctl_command <"$fwctl_folder/comm" || continue
          case $fwctl_command in sshd | dropbear) ;; *) continue ;; esac
          read -r fwctl_stat <"$fwctl_folder/stat" || continue
          set -- ${fwctl_stat##*') '}
          read -r fwctl_parent <"/proc/$2/comm" || fwctl_parent=
          [ "$fwctl_parent" = "$fwctl_command" ] || fwctl_servers="$fwctl_servers $fwctl_folder/fd"
        done
        echo files
        [ -z "$fwctl_servers" ] || ls -l $fwctl_servers
        echo listeners
        exec grep -h ' 0A ' /proc/net/tcp /proc/net/tcp6
        """;
  }

  @Override
  public SshFacts parse(ProbeAnswer answer) {
    Optional<OwnConnection> connection = Optional.empty();
    Set<String> inodes = new HashSet<>();
    SortedSet<ListeningSocket> listening =
        new TreeSet<>(
            Comparator.comparing(ListeningSocket::address).thenComparing(ListeningSocket::port));
    String section = "";
    for (String line : answer.output().lines().toList()) {
      if (section.isEmpty() && connection.isEmpty() && line.startsWith("SSH_CONNECTION=")) {
        connection = connection(line.substring(line.indexOf('=') + 1));
      } else if (line.equals("files") || line.equals("listeners")) {
        section = line;
      } else if (section.equals("files")) {
        Matcher matcher = SOCKET.matcher(line);
        if (matcher.find()) {
          inodes.add(matcher.group(1));
        }
      } else if (section.equals("listeners")) {
        socket(line, inodes).ifPresent(listening::add);
      }
    }
    // A server that systemd starts anew for each connection holds no listening socket.
    connection
        .filter(own -> listening.stream().noneMatch(socket -> socket.port() == own.serverPort()))
        .ifPresent(own -> listening.add(new ListeningSocket(own.server(), own.serverPort())));
    return new SshFacts(List.copyOf(listening), connection);
  }

  /** Reads {@code CLIENT PORT SERVER PORT}; nothing if sshd does not know them. Source: ssh(1). */
  private static Optional<OwnConnection> connection(String text) {
    String[] words = text.split(" ", -1);
    if (words.length != 4 || !words[3].matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    int port = Integer.parseInt(words[3]);
    return port < 1 || port > 65535
        ? Optional.empty()
        : address(words[0])
            .flatMap(
                client -> address(words[2]).map(server -> new OwnConnection(client, server, port)));
  }

  /** Reads an address without its zone, such as {@code %eth0} of a link-local one. */
  private static Optional<IpAddress> address(String text) {
    int zone = text.indexOf('%');
    return IpAddress.parse(zone < 0 ? text : text.substring(0, zone));
  }

  /**
   * Reads a line of {@code /proc/net/tcp} or {@code tcp6}, if it is a listener of ours.
   *
   * <p>Addresses are printed as words of 32 bits in the host's byte order, which is taken for
   * little-endian.
   */
  private static Optional<ListeningSocket> socket(String line, Set<String> inodes) {
    String[] words = line.strip().split(" +");
    if (words.length < 10 || !words[3].equals(LISTEN) || !inodes.contains(words[9])) {
      return Optional.empty();
    }
    Matcher matcher = LOCAL.matcher(words[1]);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String digits = matcher.group(1);
    int port = Integer.parseInt(matcher.group(2), 16);
    IpAddress address =
        digits.length() == 8
            ? new IpAddress(Family.IPV4, 0, word(digits, 0))
            : new IpAddress(
                Family.IPV6,
                word(digits, 0) << 32 | word(digits, 8),
                word(digits, 16) << 32 | word(digits, 24));
    return Optional.of(new ListeningSocket(address, port));
  }

  private static long word(String digits, int from) {
    int word = Integer.parseUnsignedInt(digits.substring(from, from + 8), 16);
    return Integer.toUnsignedLong(Integer.reverseBytes(word));
  }
}
