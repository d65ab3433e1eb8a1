#!/usr/bin/perl
# Puts packets on a host's network and tells what the kernel does with each.
#
#   wire.pl DEVICE[=BRIDGE]...   makes the devices, each a wire whose other end this program holds; with a bridge it is a port of that
#
# Then for each line of standard input one line comes back:
#   in DEVICE HEX   the packet, from its IP header on, comes in by the device
#   out HEX         the host sends the packet
#   forget          connection tracking forgets all that it knows
#   ready           nothing
# What comes back are words PREFIX/IN/OUT/MARK/HEX, one for each packet that a rule "log prefix PREFIX group 7" met meanwhile,
# "-" for no interface, and at last "done", or "failed:ERROR" when the kernel would not send the packet.
#
# A packet is put on a wire by a write that returns when the kernel has done with it, so nothing has to be waited for.
use strict;
use warnings;
use Fcntl;
use Socket qw(:all);

use constant {
    GROUP         => 7,
    AF_NETLINK    => 16,
    NETFILTER     => 12,
    TUNSETIFF     => 0x400454ca,
    SIOCGIFNAME   => 0x8910,
    IFF_TUN       => 1,
    IFF_TAP       => 2,
    IFF_NO_PI     => 0x1000,
    ULOG_PACKET   => 0x400,
    ULOG_CONFIG   => 0x401,
    CT_DELETE     => 0x102,
    REQUEST       => 1,
    ACKNOWLEDGE   => 4,
    RAW           => 255,
};

$| = 1;
my (%wire, %frame, %name);
for my $word (@ARGV) {
    my ($device, $bridge) = split /=/, $word;
    sysopen($wire{$device}, '/dev/net/tun', O_RDWR | O_NONBLOCK) or die "wire: /dev/net/tun: $!\n";
    my $kind = defined $bridge ? IFF_TAP : IFF_TUN;
    ioctl($wire{$device}, TUNSETIFF, pack('a16 S x22', $device, $kind | IFF_NO_PI)) or die "wire: $device: $!\n";
    next unless defined $bridge;
    $frame{$device} = 1;
}

my $log = netlink();
configure(pack('C', 1), 1);                # a listener of the group
configure(pack('N C x', 0xffff, 2), 2);    # of whole packets
configure(pack('N', 1), 5);                # each at once
fcntl($log, F_SETFL, O_NONBLOCK) or die "wire: $!\n";
my $tracking = netlink();
socket(my $ipv4, AF_INET, SOCK_RAW, RAW) or die "wire: no raw socket: $!\n";
setsockopt($ipv4, SOL_SOCKET, SO_BROADCAST, 1) && setsockopt($ipv4, IPPROTO_IP, IP_MULTICAST_LOOP, 0) or die "wire: $!\n";
socket(my $ipv6, AF_INET6, SOCK_RAW, RAW) or die "wire: no raw socket: $!\n";
setsockopt($ipv6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) or die "wire: $!\n";

while (defined(my $line = <STDIN>)) {
    my ($verb, @words) = split ' ', $line;
    my $end = 'done';
    if ($verb eq 'in') {
        my ($device, $hex) = @words;
        my $packet = pack 'H*', $hex;
        if ($frame{$device}) {
            # The bridge has the first address, somebody behind it the second.
            $packet = pack('H12 H12 n', '020000000001', '020000000002', version($packet) == 4 ? 0x800 : 0x86dd) . $packet;
        }
        syswrite($wire{$device}, $packet) or die "wire: $device: $!\n";
    } elsif ($verb eq 'out') {
        my $packet = pack 'H*', $words[0];
        my ($socket, $to) =
            version($packet) == 4
            ? ($ipv4, pack_sockaddr_in(0, unpack 'x16 a4', $packet))
            : ($ipv6, pack_sockaddr_in6(0, unpack 'x24 a16', $packet));
        $end = 'failed:' . ($! + 0) unless defined send $socket, $packet, 0, $to;
    } elsif ($verb eq 'forget') {
        request($tracking, CT_DELETE, 0, '');
    } elsif ($verb ne 'ready') {
        die "wire: not understood: $line";
    }
    print join(' ', met(), $end), "\n";
    for my $device (values %wire) {
        1 while sysread $device, my $left, 65536;
    }
}

sub version { return ord($_[0]) >> 4 }

sub netlink {
    socket(my $socket, AF_NETLINK, SOCK_RAW, NETFILTER) or die "wire: no netlink: $!\n";
    bind($socket, pack('S S L L', AF_NETLINK, 0, 0, 0)) or die "wire: no netlink: $!\n";
    return $socket;
}

# Asks netfilter for something and waits until it is done.
sub request {
    my ($socket, $type, $resource, $attributes) = @_;
    my $body = pack('C C n', 0, 0, $resource) . $attributes;
    send($socket, pack('L S S L L', 16 + length $body, $type, REQUEST | ACKNOWLEDGE, 1, 0) . $body, 0) or die "wire: netlink: $!\n";
    recv($socket, my $answer, 65536, 0) // die "wire: netlink: $!\n";
    my ($error) = unpack 'x16 l', $answer;
    die "wire: netlink refuses $type with $error\n" if $error;
}

sub configure {
    my ($value, $type) = @_;
    my $attribute = pack('S S', 4 + length $value, $type) . $value;
    $attribute .= "\0" x (-length($attribute) % 4);
    request($log, ULOG_CONFIG, GROUP, $attribute);
}

# What rules have met since the last call.
sub met {
    my @met;
    while (defined recv $log, my $messages, 1 << 20, 0) {
        while (length $messages >= 20) {
            my ($length, $type) = unpack 'L S', $messages;
            push @met, packet(substr $messages, 20, $length - 20) if $type == ULOG_PACKET;
            $messages = substr $messages, ($length + 3) & ~3;
        }
    }
    return @met;
}

sub packet {
    my ($attributes) = @_;
    my %value;
    while (length $attributes >= 4) {
        my ($length, $type) = unpack 'S S', $attributes;
        $value{ $type & 0x7fff } = substr $attributes, 4, $length - 4;
        my $next = ($length + 3) & ~3;
        $attributes = $next < length $attributes ? substr $attributes, $next : '';
    }
    my ($mark, $in, $out) = map { defined $value{$_} ? unpack 'N', $value{$_} : 0 } 2, 4, 5;
    return join '/', unpack('Z*', $value{10}), interface($in), interface($out), $mark, unpack('H*', $value{9});
}

sub interface {
    my ($index) = @_;
    return '-' unless $index;
    return $name{$index} //= do {
        my $request = pack 'x16 i x20', $index;
        ioctl($ipv4, SIOCGIFNAME, $request) or die "wire: no interface $index: $!\n";
        unpack 'Z16', $request;
    };
}
