package dev.fwctl.plugin.interfaces;

import dev.fwctl.model.IpAddress;
import dev.fwctl.model.ListenerFacts;
import dev.fwctl.model.ListenerFacts.Listener;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pf4j.Extension;

/**
 * Learns where programs wait for packets.
 *
 * <p>{@code ss} comes with {@code ip}; unlike proc(5) it tells whether a socket of IPv6 takes
 * packets of IPv4, too. It looks at the open files of all processes, so it runs on demand only.
 * Source: ss(8).
 */
@Extension
public final class ListenerGatherer implements FactGatherer {
  /** Protocol, state, two queues, the local end, the other end, and who holds it. */
  private static final Pattern LINE =
      Pattern.compile("(tcp|udp) +[A-Z]+ +[0-9]+ +[0-9]+ +(\\S+):([0-9]{1,5}) +\\S+(?: +(.*))?");

  private static final Pattern PROGRAM = Pattern.compile("\\(\"(.*?)\",pid=[0-9]+,");

  /** What an address of IPv4 begins with where one of IPv6 is wanted. Source: RFC 4291. */
  private static final String MAPPED = "::ffff:";

  @Override
  public String name() {
    return "listeners";
  }

  @Override
  public boolean onDemand() {
    return true;
  }

  @Override
  public String probe() {
    return """
        command -v ss > /dev/null 2>&1 || exit 1
        exec timeout 10 ss -H -l -n -t -u -p
        """;
  }

  @Override
  public ListenerFacts parse(ProbeAnswer answer) {
    if (answer.exitStatus() != 0) {
      return new ListenerFacts(false, List.of());
    }
    List<Listener> listeners = new ArrayList<>();
    for (String line : answer.output().lines().toList()) {
      Matcher matcher = LINE.matcher(line.strip());
      if (matcher.matches()) {
        listener(matcher).ifPresent(listeners::add);
      }
    }
    return new ListenerFacts(true, listeners.stream().distinct().toList());
  }

  /** Reads an address; one of IPv4 that a socket of IPv6 has is one of IPv4. */
  private static Optional<IpAddress> address(String text) {
    return IpAddress.parse(
        text.startsWith(MAPPED) && text.contains(".") ? text.substring(MAPPED.length()) : text);
  }

  private static Optional<Listener> listener(Matcher line) {
    String where = line.group(2);
    int zone = where.indexOf('%');
    String local = zone < 0 ? where : where.substring(0, zone);
    Optional<IpAddress> bound = address(local.replaceAll("[\\[\\]]", ""));
    int port = Integer.parseInt(line.group(3));
    if (bound.isEmpty() && !local.equals("*") || port < 1 || port > 65535) {
      return Optional.empty();
    }
    TreeSet<String> programs = new TreeSet<>();
    Matcher program = PROGRAM.matcher(line.group(4) == null ? "" : line.group(4));
    while (program.find()) {
      programs.add(program.group(1));
    }
    return Optional.of(
        new Listener(
            TransportProtocol.parse(line.group(1)).orElseThrow(),
            bound,
            zone < 0 ? Optional.empty() : Optional.of(where.substring(zone + 1)),
            port,
            List.copyOf(programs)));
  }
}
