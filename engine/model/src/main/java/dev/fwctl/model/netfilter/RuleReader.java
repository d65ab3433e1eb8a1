package dev.fwctl.model.netfilter;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.netfilter.DumpReader.Token;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads one rule from its words.
 *
 * <p>A match is read as a whole or kept as a whole: what is not understood, in all of its options,
 * stays word for word in a {@link Match.Unknown}.
 */
final class RuleReader {
  /** Matches whose options stand for ports of the protocol of the same name. */
  private static final Set<String> TRANSPORTS = Set.of("tcp", "udp", "sctp");

  /** Protocols that the multiport match takes. Source: iptables-extensions(8). */
  private static final Set<String> PORT_PROTOCOLS = Set.of("tcp", "udp", "udplite", "dccp", "sctp");

  /** What {@code --syn} stands for. Source: iptables-extensions(8), "tcp". */
  private static final TreeSet<TcpFlag> OPENING =
      new TreeSet<>(List.of(TcpFlag.FIN, TcpFlag.SYN, TcpFlag.RST, TcpFlag.ACK));

  private static final TreeSet<TcpFlag> OPENS = new TreeSet<>(List.of(TcpFlag.SYN));

  /** Source: iptables-extensions(8), "conntrack". */
  private static final Set<String> STATES =
      Set.of("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "SNAT", "DNAT");

  /** Source: iptables-extensions(8), "addrtype". */
  private static final Set<String> ADDRESS_TYPES =
      Set.of(
          "UNSPEC",
          "UNICAST",
          "LOCAL",
          "BROADCAST",
          "ANYCAST",
          "MULTICAST",
          "BLACKHOLE",
          "UNREACHABLE",
          "PROHIBIT",
          "THROW",
          "NAT",
          "XRESOLVE");

  /** {@code [IPV6]:PORT} or {@code IPV4:PORT}. Source: iptables-extensions(8), "DNAT". */
  private static final Pattern NAT_END = Pattern.compile("(?:\\[([^\\]]*)\\]|([^:]*)):([0-9]+)");

  /** What iptables prints for what it does not know itself: in place of the options. */
  private static final String UNSUPPORTED = "[unsupported";

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

  private final List<Extension> extensions = new ArrayList<>();

  /** The options without a match that the rule has; each may stand once. */
  private final Set<String> seen = new HashSet<>();

  /** The family of the addresses, once one was seen. */
  private Optional<Family> family;

  private Optional<Token> comment = Optional.empty();
  private Optional<Target> target = Optional.empty();

  /** The protocol that the rule names, to tell what an option without {@code -m} belongs to. */
  private Optional<String> protocol = Optional.empty();

  /** Whether a conntrack match was read: a second one could not be told from the first. */
  private boolean conntrack;

  private int position;

  /**
   * Creates a reader of one rule.
   *
   * @param chains the chains that are declared in the rule's table
   * @param family the family that other rules' addresses are of, if known
   */
  RuleReader(List<Token> tokens, Set<String> chains, Optional<Family> family) {
    this.tokens = tokens;
    this.chains = chains;
    this.family = family;
  }

  /** Returns the family of this and other rules' addresses, if known. */
  Optional<Family> family() {
    return family;
  }

  /** Returns which word was read last, from 0: the one to blame. */
  int lastRead() {
    return Math.max(0, position - 1);
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
    extensions.forEach(extension -> matches.addAll(understood(extension)));
    return new Rule(matches, target, comment.map(Token::text));
  }

  private void readGeneral(String option, boolean negated) throws MalformedRule {
    if (negated && Set.of("-m", "-j", "-g").contains(option)) {
      throw new MalformedRule("an exclamation mark in front of " + option + ", which can't be");
    }
    if (!option.equals("-m") && !seen.add(option.equals("-g") ? "-j" : option)) {
      throw new MalformedRule("two of an option that a rule has once: " + option);
    }
    switch (option) {
      case "-m" -> {
        Token name = take("a match without a name");
        if (name.quoted() || !name.text().matches("[A-Za-z0-9_][A-Za-z0-9_-]*")) {
          throw new MalformedRule("a match has no such name");
        }
        readMatch(name.text(), position);
      }
      case "-j" -> readTarget();
      case "-g" -> {
        String chain = take("a goto without a chain").text();
        if (!chains.contains(chain)) {
          throw new MalformedRule("a goto to a chain that is not declared");
        }
        target = Optional.of(new Target.Goto(chain));
      }
      case "-f" -> matches.add(new Match.Unknown(negated ? "! -f" : "-f"));
      default -> {
        // Until version 1.4 iptables printed the exclamation mark behind the option.
        boolean behind = takeNegation();
        if (behind && negated) {
          throw new MalformedRule("an option that is negated twice");
        }
        readAddressing(option, behind || negated, take("an option without a value"));
      }
    }
  }

  private void readAddressing(String option, boolean negated, Token value) throws MalformedRule {
    switch (option) {
      case "-i" -> matches.add(new Match.InInterface(negated, interfaceName(value)));
      case "-o" -> matches.add(new Match.OutInterface(negated, interfaceName(value)));
      case "-p" -> readProtocol(negated, value);
      default -> readAddress(option, negated, value);
    }
  }

  /** Source of the limit: the kernel's IFNAMSIZ, which counts the end of the text. */
  private static String interfaceName(Token value) throws MalformedRule {
    String name = value.text();
    if (value.quoted() || name.length() > 15 || name.startsWith("-")) {
      throw new MalformedRule("an interface has no such name");
    }
    return name;
  }

  private void readProtocol(boolean negated, Token value) throws MalformedRule {
    String name = ProtocolNames.canonical(value.text());
    if (name.equals("all") || name.equals("0")) {
      if (negated) {
        throw new MalformedRule("a rule for no protocol at all");
      }
    } else if (ProtocolNames.isKnown(name)) {
      matches.add(new Match.Protocol(negated, name));
    } else {
      matches.add(new Match.Unknown((negated ? "! " : "") + "-p " + value.raw()));
    }
    // A match of a protocol needs the protocol itself, not all but that.
    protocol = negated ? Optional.empty() : Optional.of(name);
  }

  private void readAddress(String option, boolean negated, Token value) throws MalformedRule {
    String text = value.text();
    int slash = text.indexOf('/');
    Optional<IpAddress> address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty() || !isMask(slash < 0 ? "0" : text.substring(slash + 1))) {
      throw new MalformedRule("no address, nor a network");
    }
    require(address.get().family());
    Optional<IpPrefix> prefix = IpPrefix.parse(text);
    if (prefix.isEmpty()) {
      // Such as a mask with holes, which the kernel has but nothing else.
      matches.add(new Match.Unknown((negated ? "! " : "") + option + " " + value.raw()));
    } else if (option.equals("-s")) {
      matches.add(new Match.SourceAddress(negated, prefix.get()));
    } else {
      matches.add(new Match.DestinationAddress(negated, prefix.get()));
    }
  }

  private void require(Family seenHere) throws MalformedRule {
    if (!family.orElse(seenHere).equals(seenHere)) {
      throw new MalformedRule("an address of another family than before");
    }
    family = Optional.of(seenHere);
  }

  private static boolean isMask(String text) {
    return text.matches("[0-9]{1,2}|1[01][0-9]|12[0-8]") || IpAddress.parse(text).isPresent();
  }

  private void readTarget() throws MalformedRule {
    Token name = take("a jump without a target");
    if (name.quoted() || name.text().startsWith("-")) {
      throw new MalformedRule("a jump without a target");
    }
    List<Token> options = new ArrayList<>();
    while (position < tokens.size()) {
      // The target is what a rule ends with; a value may look like an option, but only as the last.
      if (general(tokens.get(position)).isPresent()
          && (!isOption(tokens.get(position - 1))
              || position + 1 < tokens.size() && !isOption(tokens.get(position + 1)))) {
        throw new MalformedRule("something stands behind the target");
      }
      options.add(tokens.get(position++));
    }
    target = Optional.of(target(name, options));
    if (target.get() instanceof Target.DestinationNat nat) {
      require(nat.address().family());
    }
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
      if (name.is("DNAT") && words.getFirst().equals("--to-destination")) {
        return destinationNat(words.getLast()).orElse(verbatim);
      }
      if (name.is("REDIRECT") && words.getFirst().equals("--to-ports")) {
        return port(words.getLast()).<Target>map(Target.Redirect::new).orElse(verbatim);
      }
    }
    return verbatim;
  }

  /** Reads one address with at most one port; of several the kernel picks one for itself. */
  private static Optional<Target> destinationNat(String end) {
    Matcher matcher = NAT_END.matcher(end);
    if (!matcher.matches()) {
      return IpAddress.parse(end)
          .map(address -> new Target.DestinationNat(address, Optional.empty()));
    }
    Optional<IpAddress> address =
        IpAddress.parse(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
    Optional<Integer> port = port(matcher.group(3));
    return address.isEmpty() || port.isEmpty()
        ? Optional.empty()
        : Optional.of(new Target.DestinationNat(address.get(), port));
  }

  private static Optional<Integer> port(String text) {
    return portRange(text).filter(range -> range.first() == range.last()).map(PortRange::first);
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
      if (!isOption(option) && !option.is(UNSUPPORTED)) {
        throw new MalformedRule("a word that belongs to no option");
      }
      List<Token> values = new ArrayList<>();
      while (position < tokens.size() && isValue(position)) {
        values.add(tokens.get(position++));
      }
      options.add(new Option(negated, option, values));
    }
    extensions.add(
        new Extension(name, options, raw(tokens.subList(start, position), "-m " + name)));
  }

  /** Reads what a match says, once the whole rule is seen: the protocol may stand behind it. */
  private List<Match> understood(Extension extension) {
    // Two conntrack matches judge a packet without a connection differently from one that has the
    // options of both, so that they must not run together in the model.
    boolean ofConnection = extension.name().equals("conntrack") || extension.name().equals("state");
    Optional<List<Match>> known =
        ofConnection && conntrack ? Optional.empty() : known(extension.name(), extension.options());
    conntrack |= ofConnection && known.isPresent();
    return known.orElseGet(() -> List.of(new Match.Unknown(extension.written())));
  }

  /** Of several comments the last is the rule's, since it is written behind what is not known. */
  private void readComment() throws MalformedRule {
    if (!take("a comment match without a comment").is("--comment")) {
      throw new MalformedRule("a comment match without a comment");
    }
    Token text = take("a comment match without a comment");
    comment.ifPresent(
        earlier -> matches.add(new Match.Unknown("-m comment --comment " + earlier.raw())));
    comment = Optional.of(text);
  }

  private Optional<List<Match>> known(String name, List<Option> options) {
    return switch (name) {
      case "tcp", "udp", "sctp" -> isFor(name) ? ports(name, options) : Optional.empty();
      case "icmp" -> isFor("icmp") ? icmp(false, options) : Optional.empty();
      case "icmp6", "icmpv6" -> isFor("ipv6-icmp") ? icmp(true, options) : Optional.empty();
      case "conntrack" -> all(options, RuleReader::conntrack);
      case "state" -> all(options, RuleReader::state);
      case "addrtype" -> all(options, RuleReader::addressType);
      case "multiport" ->
          PORT_PROTOCOLS.contains(protocol.orElse(""))
              ? all(options, RuleReader::multiport)
              : Optional.empty();
      case "mark" -> all(options, RuleReader::mark);
      case "set" -> options.size() == 1 ? all(options, RuleReader::set) : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Tells whether the rule is for a protocol alone; the kernel refuses its match elsewhere. */
  private boolean isFor(String name) {
    return protocol.equals(Optional.of(name));
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
    return read.isEmpty() || !isOneOfEach(read) ? Optional.empty() : Optional.of(read);
  }

  /** Twice the same kind in one match can't be printed by any iptables. */
  private static boolean isOneOfEach(List<Match> matches) {
    return matches.stream().map(Object::getClass).distinct().count() == matches.size();
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
        case "--tcp-flags", "--syn" -> {
          Optional<Match> flags = name.equals("tcp") ? tcpFlags(option) : Optional.empty();
          if (flags.isEmpty()) {
            return Optional.empty();
          }
          read.add(flags.get());
        }
        default -> rest.add(option.raw());
      }
    }
    if (!rest.isEmpty()) {
      read.add(new Match.Unknown("-m " + name + " " + String.join(" ", rest)));
    }
    return isOneOfEach(read) ? Optional.of(read) : Optional.empty();
  }

  private static Optional<Match> tcpFlags(Option option) {
    if (option.name().equals("--syn")) {
      return option.values().isEmpty()
          ? Optional.of(new Match.TcpFlags(option.negated(), OPENING, OPENS))
          : Optional.empty();
    }
    if (option.values().size() != 2) {
      return Optional.empty();
    }
    Optional<TreeSet<TcpFlag>> examined = flags(option.values().getFirst().text());
    Optional<TreeSet<TcpFlag>> set = flags(option.values().getLast().text());
    return examined.flatMap(
        some -> set.map(these -> new Match.TcpFlags(option.negated(), some, these)));
  }

  private static Optional<TreeSet<TcpFlag>> flags(String text) {
    TreeSet<TcpFlag> flags = new TreeSet<>();
    for (String word : text.split(",", -1)) {
      if (word.equals("ALL")) {
        flags.addAll(List.of(TcpFlag.values()));
      } else if (!word.equals("NONE")) {
        Optional<TcpFlag> known =
            Stream.of(TcpFlag.values()).filter(flag -> flag.name().equals(word)).findFirst();
        if (known.isEmpty()) {
          return Optional.empty();
        }
        flags.add(known.get());
      }
    }
    return Optional.of(flags);
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
    // The kernel takes type 255 for every type. Source: icmp_type_code_match of ip_tables.
    if (value.get().equals("any") || !ipv6 && value.get().matches("255(/.*)?")) {
      return option.negated() ? Optional.empty() : Optional.of(List.of());
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
          names(STATES, value.get())
              .map(states -> new Match.ConnectionState(option.negated(), states));
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
            .flatMap(value -> names(STATES, value))
            .map(states -> new Match.ConnectionState(option.negated(), states))
        : Optional.empty();
  }

  private static Optional<Match> addressType(Option option) {
    return option.name().equals("--dst-type")
        ? option
            .single()
            .flatMap(value -> names(ADDRESS_TYPES, value))
            .map(types -> new Match.DestinationType(option.negated(), types))
        : Optional.empty();
  }

  private static Optional<Match> multiport(Option option) {
    if (option.single().isEmpty()) {
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
    return switch (option.name()) {
      case "--dports", "--destination-ports" ->
          Optional.of(new Match.DestinationPorts(option.negated(), ports));
      case "--sports", "--source-ports" ->
          Optional.of(new Match.SourcePorts(option.negated(), ports));
      case "--ports" -> Optional.of(new Match.EitherPort(option.negated(), ports));
      default -> Optional.empty();
    };
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
    if (!option.name().equals("--match-set")
        || option.values().size() != 2
        || option.values().getFirst().quoted()) {
      return Optional.empty();
    }
    String name = option.values().getFirst().text();
    return switch (option.values().getLast().text()) {
      case "src" -> Optional.of(new Match.SourceInSet(option.negated(), name));
      case "dst" -> Optional.of(new Match.DestinationInSet(option.negated(), name));
      default -> Optional.empty();
    };
  }

  /** Reads names, separated by commas; nothing if one of them is not known. */
  private static Optional<TreeSet<String>> names(Set<String> known, String text) {
    TreeSet<String> names = new TreeSet<>(List.of(text.split(",", -1)));
    return known.containsAll(names) ? Optional.of(names) : Optional.empty();
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
   * A match that is loaded.
   *
   * @param name its name
   * @param options its options
   * @param written all of it, word for word
   */
  private record Extension(String name, List<Option> options, String written) {}

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
