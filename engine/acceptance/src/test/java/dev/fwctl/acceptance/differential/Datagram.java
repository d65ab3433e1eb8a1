package dev.fwctl.acceptance.differential;

import dev.fwctl.analysis.Packet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Packets as bytes, from the IP header on.
 *
 * @param bytes the bytes
 */
record Datagram(byte[] bytes) {
  private static final int UDPLITE = 136;
  private static final int SCTP = 132;
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int GRE = 47;

  /** A number that {@link #number} finds again, whatever the kernel did with the packet. */
  record Label(int number, int hopLimit, int identifier) {}

  /** Writes a packet; an ICMP error is about the packet {@code inner}. */
  static Datagram of(Packet packet, Label label, byte[] inner) {
    int protocol = protocol(packet);
    byte[] body = body(packet, protocol, label.identifier(), inner);
    boolean ipv4 = packet.family() == Family.IPV4;
    ByteBuffer whole = ByteBuffer.allocate((ipv4 ? 20 : 40) + body.length);
    if (ipv4) {
      whole.put((byte) 0x45).put((byte) 0).putShort((short) whole.capacity());
      whole.putShort((short) label.number()).putShort((short) 0);
      whole.put((byte) label.hopLimit()).put((byte) protocol).putShort((short) 0);
      put(whole, packet.source());
      put(whole, packet.destination());
      whole.putShort(10, checksum(whole.array(), 0, 20, 0));
    } else {
      whole.putInt(0x6 << 28 | label.number()).putShort((short) body.length);
      whole.put((byte) protocol).put((byte) label.hopLimit());
      put(whole, packet.source());
      put(whole, packet.destination());
    }
    whole.put(body);
    return new Datagram(whole.array());
  }

  private static int protocol(Packet packet) {
    return switch (packet.protocol()) {
      case "tcp" -> TCP;
      case "udp" -> UDP;
      case "udplite" -> UDPLITE;
      case "sctp" -> SCTP;
      case "icmp" -> ICMP;
      case "ipv6-icmp" -> ICMPV6;
      case "gre" -> GRE;
      default -> Integer.parseInt(packet.protocol());
    };
  }

  private static byte[] body(Packet packet, int protocol, int identifier, byte[] inner) {
    return switch (packet.payload()) {
      case Packet.Payload.Ports ports -> withPorts(packet, ports, protocol);
      case Packet.Payload.Icmp message -> {
        ByteBuffer body = ByteBuffer.allocate(8 + inner.length);
        body.put((byte) message.type()).put((byte) message.code()).putShort((short) 0);
        body.putShort((short) (inner.length == 0 ? identifier : 0)).putShort((short) 0).put(inner);
        int pseudo = protocol == ICMPV6 ? pseudo(packet, protocol, body.capacity()) : 0;
        yield sealed(body, 2, pseudo);
      }
      // GRE of version 0 without any option, and whatever the others may hold.
      case Packet.Payload.Other _ -> new byte[8];
    };
  }

  private static byte[] withPorts(Packet packet, Packet.Payload.Ports ports, int protocol) {
    int size =
        switch (protocol) {
          case TCP -> 20;
          case SCTP -> 32;
          default -> 8;
        };
    ByteBuffer body = ByteBuffer.allocate(size);
    body.putShort((short) ports.source()).putShort((short) ports.destination());
    switch (protocol) {
      case TCP ->
          body.putInt(1000).putInt(1000).put((byte) 0x50).put(bits(ports)).putShort((short) 1000);
      case SCTP -> {
        // A chunk INIT, without which connection tracking takes it for invalid.
        body.putLong(0).put((byte) 1).put((byte) 0).putShort((short) 20);
        body.putInt(1).putInt(65536).putShort((short) 1).putShort((short) 1).putInt(1);
        CRC32C sum = new CRC32C();
        sum.update(body.array());
        return body.putInt(8, Integer.reverseBytes((int) sum.getValue())).array();
      }
      default -> body.putShort((short) (protocol == UDP ? size : 0));
    }
    return sealed(body, protocol == TCP ? 16 : 6, pseudo(packet, protocol, size));
  }

  private static byte bits(Packet.Payload.Ports ports) {
    int bits = 0;
    for (TcpFlag flag : ports.flags().orElse(Set.of())) {
      // They are declared in the order of the bits.
      bits |= 1 << flag.ordinal();
    }
    return (byte) bits;
  }

  private static byte[] sealed(ByteBuffer body, int place, int start) {
    short sum = checksum(body.array(), 0, body.capacity(), start);
    return body.putShort(place, sum == 0 ? (short) 0xffff : sum).array();
  }

  private static int pseudo(Packet packet, int protocol, int length) {
    ByteBuffer header = ByteBuffer.allocate(32);
    put(header, packet.source());
    put(header, packet.destination());
    return sum(header.array(), 0, header.position(), protocol + length);
  }

  private static short checksum(byte[] bytes, int from, int length, int start) {
    int sum = sum(bytes, from, length, start);
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (short) ~sum;
  }

  private static int sum(byte[] bytes, int from, int length, int start) {
    int sum = start;
    for (int index = from; index < from + length; index++) {
      sum += (bytes[index] & 0xff) << ((index - from) % 2 == 0 ? 8 : 0);
    }
    return sum;
  }

  private static void put(ByteBuffer buffer, IpAddress address) {
    if (address.family() == Family.IPV4) {
      buffer.putInt((int) address.low());
    } else {
      buffer.putLong(address.high()).putLong(address.low());
    }
  }

  // What was seen.

  private boolean isIpv4() {
    return bytes[0] >>> 4 == 4;
  }

  private ByteBuffer whole() {
    return ByteBuffer.wrap(bytes);
  }

  /** Returns the number of its label. */
  int number() {
    return isIpv4() ? whole().getShort(4) & 0xffff : whole().getInt(0) & 0xfffff;
  }

  IpAddress destination() {
    return isIpv4()
        ? new IpAddress(Family.IPV4, 0, whole().getInt(16) & 0xffffffffL)
        : new IpAddress(Family.IPV6, whole().getLong(24), whole().getLong(32));
  }

  private int protocol() {
    return (isIpv4() ? bytes[9] : bytes[6]) & 0xff;
  }

  private int header() {
    return isIpv4() ? 20 : 40;
  }

  /** Returns what two packets have in common that are of one connection, whichever way they go. */
  Set<String> connection() {
    int size = isIpv4() ? 4 : 16;
    int source = header() - 2 * size;
    return Stream.of(
            "protocol " + protocol(),
            end(source, size, header()),
            end(source + size, size, header() + 2))
        .collect(Collectors.toSet());
  }

  private String end(int address, int size, int port) {
    HexFormat hex = HexFormat.of();
    boolean withPorts = protocol() == TCP || protocol() == UDP;
    return hex.formatHex(bytes, address, address + size)
        + (withPorts ? hex.formatHex(bytes, port, port + 2) : number());
  }

  /** Returns the port it is bound for, 0 where there are none. */
  int destinationPort() {
    return switch (protocol()) {
      case TCP, UDP, UDPLITE, SCTP -> whole().getShort(header() + 2) & 0xffff;
      default -> 0;
    };
  }

  /** Tells whether it says that somebody rejected another one. */
  boolean isRejection() {
    int type = bytes[header()];
    int code = bytes[header() + 1];
    return switch (protocol()) {
      case TCP -> (bytes[header() + 13] & 1 << TcpFlag.RST.ordinal()) != 0;
      case ICMP -> type == 3 && code == 3;
      case ICMPV6 -> type == 1 && code == 4;
      default -> false;
    };
  }

  /** Tells whether it says that no route leads to where another one is bound. */
  boolean isWithoutRoute() {
    int type = bytes[header()];
    int code = bytes[header() + 1];
    return protocol() == ICMP && type == 3 && code <= 1
        || protocol() == ICMPV6 && type == 1 && code == 0;
  }
}
