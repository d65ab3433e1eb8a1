package dev.fwctl.model.netfilter;

import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.netfilter.RulesetText.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads one rule from its words.
 *
 * <p>A match is read as a whole or kept as a whole: what is not understood, in all of its options,
 * stays word for word in a {@link Match.Unknown}.
 */
final class RuleReader {
  /** Matches whose options stand for ports of the protocol of the same name. */
  private static final Set<String> TRANSPORTS = Set.of("tcp", "udp", "sctp");

  /** Short and long forms of the options that need no {@code -m}. */
  private static final Map<String, String> GENERAL =
      Map.ofEntries(
          Map.entry("-s", "-s"),
          Map.entry("--source", "-s"),
          Map.entry("-d", "-d"),
          Map.entry("--destination", "-d"),
          Map.entry("-i", "-i"),
          Map.entry("--in-interface", "-i"),
          Map.entry("-o", "-o"),
          Map.entry("--out-interface", "-o"),
          Map.entry("-p", "-p"),
          Map.entry("--protocol", "-p"),
          Map.entry("-f", "-f"),
          Map.entry("--fragment", "-f"),
          Map.entry("-m", "-m"),
          Map.entry("--match", "-m"),
          Map.entry("-j", "-j"),
          Map.entry("--jump", "-j"),
          Map.entry("-g", "-g"),
          Map.entry("--goto", "-g"));

  private final List<Token> tokens;
  private final Set<String> chains;
  private final List<Match> matches = new ArrayList<>();
  private Optional<String> comment = Optional.empty();
  private Optional<Target> target = Optional.empty();

  /** The protocol that the rule names, to tell what an option without {@code -m} belongs to. */
  private Optional<String> protocol = Optional.empty();

  /** Whether a conntrack match was read: a second one could not be told from the first. */
  private boolean conntrack;

  private int position;

  RuleReader(List<Token> tokens, Set<String> chains) {
    this.tokens = tokens;
    this.chains = chains;
  }

  /** What is wrong with a rule; the place is known to who reads the text. */
  static final class MalformedRule extends Exception {
    private static final long serialVersionUID = 1L;
    private final String description;

    MalformedRule(String description) {
      super(description);
      this.description = description;
    }

    @Override
    public String getMessage() {
      return description;
    }
  }

  Rule read() throws MalformedRule {
    while (position < tokens.size()) {
      boolean negated = takeNegation();
      if (position == tokens.size()) {
        throw new MalformedRule("an exclamation mark that negates nothing");
      }
      Optional<String> option = general(tokens.get(position));
      if (option.isPresent()) {
        position++;
        readGeneral(option.get(), negated);
      } else {
        int start = negated ? position - 1 : position;
        readMatch(implicitMatch(), start);
      }
    }
    return new Rule(matches, target, comment);
  }

  private void readGeneral(String option, boolean negated) throws MalformedRule {
    switch (option) {
      case "-m" -> {
        if (negated) {
          throw new MalformedRule("a match can't be negated as a whole");
        }
        String name = take("a match without a name").text();
        readMatch(name, position);
      }
      case "-j" -> readTarget();
      case "-g" -> target = Optional.of(new Target.Goto(take("a goto without a chain").text()));
      case "-f" -> matches.add(new Match.Unknown(negated ? "! -f" : "-f"));
      default -> {
        // Until version 1.4 iptables printed the exclamation mark behind the option.
        boolean inverted = takeNegation() != negated;
        readAddressing(option, inverted, take("an option without a value"));
      }
    }
  }

  private void readAddressing(String option, boolean negated, Token value) {
    String text = value.text();
    switch (option) {
      case "-i" -> matches.add(new Match.InInterface(negated, text));
      case "-o" -> matches.add(new Match.OutInterface(negated, text));
      case "-p" -> {
        String name = ProtocolNames.canonical(text);
        protocol = Optional.of(name);
        if (!name.equals("all") && !name.equals("0")) {
          matches.add(new Match.Protocol(negated, name));
        }
      }
      default -> {
        Optional<IpPrefix> prefix = IpPrefix.parse(text);
        if (prefix.isEmpty()) {
          matches.add(new Match.Unknown((negated ? "! " : "") + option + " " + value.raw()));
        } else if (option.equals("-s")) {
          matches.add(new Match.SourceAddress(negated, prefix.get()));
        } else {
          matches.add(new Match.DestinationAddress(negated, prefix.get()));
        }
      }
    }
  }

  private void readTarget() throws MalformedRule {
    Token name = take("a jump without a target");
    List<Token> options = new ArrayList<>();
    while (position < tokens.size()) {
      options.add(tokens.get(position++));
    }
    target = Optional.of(target(name, options));
  }

  private Target target(Token name, List<Token> options) {
    Target verbatim = new Target.Other(raw(name, options));
    List<String> words = options.stream().map(Token::text).toList();
    if (words.isEmpty()) {
      return switch (name.text()) {
        case "ACCEPT" -> new Target.Accept();
        case "DROP" -> new Target.Drop();
        case "RETURN" -> new Target.Return();
        default -> chains.contains(name.text()) ? new Target.Jump(name.text()) : verbatim;
      };
    }
    if (words.size() == 2) {
      if (name.is("REJECT") && words.getFirst().equals("--reject-with")) {
        return new Target.Reject(words.getLast());
      }
      if (name.is("MARK")) {
        return mark(words.getFirst(), words.getLast()).orElse(verbatim);
      }
    }
    return verbatim;
  }

  private static Optional<Target> mark(String option, String operand) {
    Optional<Masked> masked = Masked.parse(operand);
    // The five ways to write a mark are one operation. Source: iptables-extensions(8), "MARK".
    return switch (option) {
      case "--set-xmark" -> masked.map(xmark -> new Target.SetMark(xmark.value(), xmark.mask()));
      case "--set-mark" ->
          masked.map(mark -> new Target.SetMark(mark.value(), mark.value() | mark.mask()));
      case "--or-mark" -> masked.map(bits -> new Target.SetMark(bits.value(), bits.value()));
      case "--and-mark" -> masked.map(bits -> new Target.SetMark(0, ~bits.value() & Masked.ALL));
      case "--xor-mark" -> masked.map(bits -> new Target.SetMark(bits.value(), 0));
      default -> Optional.empty();
    };
  }

  /** Reads the options of a match up to the next option that is not its own. */
  private void readMatch(String name, int start) throws MalformedRule {
    position = start;
    List<Option> options = new ArrayList<>();
    if (name.equals("comment")) {
      readComment();
      return;
    }
    while (position < tokens.size()) {
      int before = position;
      boolean negated = takeNegation();
      if (position == tokens.size()) {
        throw new MalformedRule("an exclamation mark that negates nothing");
      }
      if (general(tokens.get(position)).isPresent()) {
        position = before;
        break;
      }
      Token option = tokens.get(position++);
      if (!isOption(option)) {
        throw new MalformedRule("a word that belongs to no option");
      }
      List<Token> values = new ArrayList<>();
      while (position < tokens.size() && isValue(position)) {
        values.add(tokens.get(position++));
      }
      options.add(new Option(negated, option, values));
    }
    List<Token> words = tokens.subList(start, position);
    // Two conntrack matches judge a packet without a connection differently from one that has the
    // options of both, so that they must not run together in the model.
    boolean second = conntrack && (name.equals("conntrack") || name.equals("state"));
    Optional<List<Match>> known = second ? Optional.empty() : known(name, options);
    if (known.isPresent()) {
      matches.addAll(known.get());
      conntrack |= name.equals("conntrack") || name.equals("state");
    } else {
      matches.add(new Match.Unknown(raw(words, "-m " + name)));
    }
  }

  private void readComment() throws MalformedRule {
    int start = position;
    if (!take("a comment match without a comment").is("--comment")) {
      throw new MalformedRule("a comment match without a comment");
    }
    Token text = take("a comment match without a comment");
    if (comment.isPresent()) {
      matches.add(new Match.Unknown("-m comment " + raw(tokens.subList(start, position), "")));
    } else {
      comment = Optional.of(text.text());
    }
  }

  private Optional<List<Match>> known(String name, List<Option> options) {
    return switch (name) {
      case "tcp", "udp", "sctp" ->
          protocol.equals(Optional.of(name)) ? ports(name, options) : Optional.empty();
      case "icmp" -> icmp(false, options);
      case "icmp6", "icmpv6" -> icmp(true, options);
      case "conntrack" -> all(options, RuleReader::conntrack);
      case "state" -> all(options, RuleReader::state);
      case "addrtype" -> all(options, RuleReader::addressType);
      case "multiport" -> all(options, RuleReader::multiport);
      case "mark" -> all(options, RuleReader::mark);
      case "set" -> options.size() == 1 ? all(options, RuleReader::set) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private interface OptionReader {
    Optional<Match> read(Option option);
  }

  /** Reads every option, or nothing. */
  private static Optional<List<Match>> all(List<Option> options, OptionReader reader) {
    List<Match> read = new ArrayList<>();
    for (Option option : options) {
      Optional<Match> match = reader.read(option);
      if (match.isEmpty()) {
        return Optional.empty();
      }
      read.add(match.get());
    }
    // Twice the same kind in one match can't be printed by any iptables.
    long kinds = read.stream().map(Object::getClass).distinct().count();
    return read.isEmpty() || kinds < read.size() ? Optional.empty() : Optional.of(read);
  }

  /** Reads ports; other options of the same match stay beside them, since all of them must hold. */
  private static Optional<List<Match>> ports(String name, List<Option> options) {
    List<Match> read = new ArrayList<>();
    List<String> rest = new ArrayList<>();
    for (Option option : options) {
      Optional<PortRange> range = option.single().flatMap(RuleReader::portRange);
      switch (option.name()) {
        case "--dport", "--destination-port" -> {
          if (range.isEmpty()) {
            return Optional.empty();
          }
          read.add(new Match.DestinationPort(option.negated(), range.get()));
        }
        case "--sport", "--source-port" -> {
          if (range.isEmpty()) {
            return Optional.empty();
          }
          read.add(new Match.SourcePort(option.negated(), range.get()));
        }
        default -> rest.add(option.raw());
      }
    }
    if (!rest.isEmpty()) {
      read.add(new Match.Unknown("-m " + name + " " + String.join(" ", rest)));
    }
    return Optional.of(read);
  }

  private static Optional<List<Match>> icmp(boolean ipv6, List<Option> options) {
    if (options.isEmpty()) {
      return Optional.of(List.of());
    }
    Option option = options.getFirst();
    Optional<String> value = option.single();
    if (options.size() > 1
        || value.isEmpty()
        || !option.name().equals(ipv6 ? "--icmpv6-type" : "--icmp-type")) {
      return Optional.empty();
    }
    if (value.get().equals("any") && !option.negated()) {
      return Optional.of(List.of());
    }
    return IcmpTypeNames.parse(ipv6, value.get())
        .map(read -> List.of(new Match.IcmpType(option.negated(), read.type(), read.code())));
  }

  private static Optional<Match> conntrack(Option option) {
    Optional<String> value = option.single();
    if (value.isEmpty()) {
      return Optional.empty();
    }
    return switch (option.name()) {
      case "--ctstate" ->
          names(value.get()).map(states -> new Match.ConnectionState(option.negated(), states));
      case "--ctdir" ->
          switch (value.get()) {
            case "ORIGINAL" -> Optional.of(new Match.ConnectionDirection(option.negated()));
            case "REPLY" -> Optional.of(new Match.ConnectionDirection(!option.negated()));
            default -> Optional.empty();
          };
      case "--ctorigdstport" ->
          portRange(value.get())
              .map(ports -> new Match.OriginalDestinationPort(option.negated(), ports));
      case "--ctorigdst" ->
          IpPrefix.parse(value.get())
              .map(prefix -> new Match.OriginalDestination(option.negated(), prefix));
      default -> Optional.empty();
    };
  }

  private static Optional<Match> state(Option option) {
    return option.name().equals("--state")
        ? option
            .single()
            .flatMap(RuleReader::names)
            .map(states -> new Match.ConnectionState(option.negated(), states))
        : Optional.empty();
  }

  private static Optional<Match> addressType(Option option) {
    return option.name().equals("--dst-type")
        ? option
            .single()
            .flatMap(RuleReader::names)
            .map(types -> new Match.DestinationType(option.negated(), types))
        : Optional.empty();
  }

  private static Optional<Match> multiport(Option option) {
    if (!option.name().equals("--dports") && !option.name().equals("--destination-ports")
        || option.single().isEmpty()) {
      return Optional.empty();
    }
    List<PortRange> ports = new ArrayList<>();
    for (String part : option.single().get().split(",", -1)) {
      Optional<PortRange> range = portRange(part);
      if (range.isEmpty()) {
        return Optional.empty();
      }
      ports.add(range.get());
    }
    return Optional.of(new Match.DestinationPorts(option.negated(), ports));
  }

  private static Optional<Match> mark(Option option) {
    return option.name().equals("--mark")
        ? option
            .single()
            .flatMap(Masked::parse)
            .map(mark -> new Match.PacketMark(option.negated(), mark.value(), mark.mask()))
        : Optional.empty();
  }

  private static Optional<Match> set(Option option) {
    if (!option.name().equals("--match-set") || option.values().size() != 2) {
      return Optional.empty();
    }
    String name = option.values().getFirst().text();
    return switch (option.values().getLast().text()) {
      case "src" -> Optional.of(new Match.SourceInSet(option.negated(), name));
      case "dst" -> Optional.of(new Match.DestinationInSet(option.negated(), name));
      default -> Optional.empty();
    };
  }

  /** Reads names in capitals, separated by commas. */
  private static Optional<TreeSet<String>> names(String text) {
    return text.matches("[A-Z]+(,[A-Z]+)*")
        ? Optional.of(new TreeSet<>(List.of(text.split(",", -1))))
        : Optional.empty();
  }

  /** Reads {@code 22}, {@code 20:30}, {@code :1024} or {@code 1024:}. */
  private static Optional<PortRange> portRange(String text) {
    if (!text.matches("[0-9]{1,5}|[0-9]{0,5}:[0-9]{0,5}")) {
      return Optional.empty();
    }
    int colon = text.indexOf(':');
    String first = colon < 0 ? text : text.substring(0, colon);
    String last = colon < 0 ? text : text.substring(colon + 1);
    int low = first.isEmpty() ? 0 : Integer.parseInt(first);
    int high = last.isEmpty() ? 65535 : Integer.parseInt(last);
    return low <= high && high <= 65535 ? Optional.of(new PortRange(low, high)) : Optional.empty();
  }

  /** Returns the match to which an option without {@code -m} belongs: that of the protocol. */
  private String implicitMatch() throws MalformedRule {
    return protocol
        .map(name -> name.equals("ipv6-icmp") ? "icmp6" : name)
        .filter(name -> TRANSPORTS.contains(name) || name.startsWith("icmp"))
        .orElseThrow(() -> new MalformedRule("an option that belongs to no match"));
  }

  /** Tells whether a word follows an option as its value; an exclamation mark may, in old texts. */
  private boolean isValue(int at) {
    Token token = tokens.get(at);
    if (token.is("!")) {
      return at + 1 < tokens.size() && isValue(at + 1);
    }
    return !isOption(token) && general(token).isEmpty();
  }

  private static boolean isOption(Token token) {
    return !token.quoted() && token.text().startsWith("--");
  }

  private static Optional<String> general(Token token) {
    return token.quoted() ? Optional.empty() : Optional.ofNullable(GENERAL.get(token.text()));
  }

  private boolean takeNegation() {
    if (position < tokens.size() && tokens.get(position).is("!")) {
      position++;
      return true;
    }
    return false;
  }

  private Token take(String otherwise) throws MalformedRule {
    if (position == tokens.size()) {
      throw new MalformedRule(otherwise);
    }
    return tokens.get(position++);
  }

  private static String raw(Token first, List<Token> rest) {
    return raw(rest, first.raw());
  }

  private static String raw(List<Token> tokens, String first) {
    String words = tokens.stream().map(Token::raw).collect(Collectors.joining(" "));
    return (first + " " + words).strip();
  }

  /**
   * An option of a match.
   *
   * @param negated whether an exclamation mark stands in front
   * @param option the option itself
   * @param values what follows it
   */
  private record Option(boolean negated, Token option, List<Token> values) {
    String name() {
      return option.quoted() ? "" : option.text();
    }

    Optional<String> single() {
      return values.size() == 1 ? Optional.of(values.getFirst().text()) : Optional.empty();
    }

    String raw() {
      return (negated ? "! " : "") + RuleReader.raw(option, values);
    }
  }

  /**
   * A number of 32 bits with a mask, as in {@code 0x1/0xff}.
   *
   * @param value the number
   * @param mask the bits that count
   */
  private record Masked(long value, long mask) {
    static final long ALL = 0xffff_ffffL;

    static Optional<Masked> parse(String text) {
      int slash = text.indexOf('/');
      Optional<Long> value = number(slash < 0 ? text : text.substring(0, slash));
      Optional<Long> mask = slash < 0 ? Optional.of(ALL) : number(text.substring(slash + 1));
      return value.flatMap(known -> mask.map(bits -> new Masked(known, bits)));
    }

    private static Optional<Long> number(String text) {
      if (text.matches("0x[0-9a-fA-F]{1,8}")) {
        return Optional.of(Long.parseLong(text.substring(2), 16));
      }
      return text.matches("0|[1-9][0-9]{0,9}")
          ? Optional.of(Long.parseLong(text)).filter(number -> number <= ALL)
          : Optional.empty();
    }
  }
}
