#!/usr/bin/perl
# Sends packets and tells what became of them. The same program probes from the clients, from hosts and from containers.
#
#   probe TARGET...                   tries each at once, from whatever address the system picks
#   probe batch                       the same for lines "FROM MARK MILLISECONDS TARGET" on standard input ("-" for no FROM)
#   probe hold FROM MARK TARGET       keeps one connection; for each line "MILLISECONDS" on standard input sends through it
#   probe fetch FROM MARK MILLISECONDS tcp/ADDRESS/PORT BYTES
#                                     GET /bytes/BYTES over HTTP, large answer packets
#
# TARGET is tcp/ADDRESS/PORT, udp/ADDRESS/PORT or icmp/ADDRESS. One line an answer, in the order of the targets:
#   open         connected; for UDP and ICMP: an answer came
#   refused      a reset or an ICMP port unreachable came back
#   unreachable  another ICMP error came back, or there is no route
#   timeout      nothing came
# hold prints the same for the connecting, then for each line: alive (what was sent came back), silent, closed.
# MARK is the packet mark, by which the clients' routing tells through which host a packet goes; 0 for none.
use strict;
use warnings;
use Errno qw(ECONNREFUSED EINPROGRESS EAGAIN);
use Fcntl;
use POSIX ();
use Socket qw(:all);

use constant { SO_MARK => 36, RESEND => 0.25, CONNECT_LIMIT => 3 };

$| = 1;
$SIG{PIPE} = 'IGNORE';
my $serial = 0;
my $ticks = POSIX::sysconf(&POSIX::_SC_CLK_TCK);
my $mode = @ARGV ? $ARGV[0] : '';
if ($mode eq 'batch') {
    print map { "$_\n" } try_all(map { [split] } <STDIN>);
} elsif ($mode eq 'hold' && @ARGV == 4) {
    hold(@ARGV[1 .. 3]);
} elsif ($mode eq 'fetch' && @ARGV == 6) {
    fetch(@ARGV[1 .. 5]);
} elsif ($mode =~ m{/}) {
    print map { "$_\n" } try_all(map { ['-', 0, 1000, $_] } @ARGV);
} else {
    die "usage: probe TARGET... | batch | hold FROM MARK TARGET | fetch FROM MARK MILLISECONDS TARGET BYTES\n";
}

# Seconds of a clock that only goes forward; containers have no Time::HiRes.
sub now { return (POSIX::times())[0] / $ticks }

# A socket on its way to the target, or the outcome when the kernel knows it at once.
sub start {
    my ($from, $mark, $target) = @_;
    my ($protocol, $address, $port) = split m{/}, $target;
    my $family = $address =~ /:/ ? AF_INET6 : AF_INET;
    my $packed = inet_pton($family, $address) // die "probe: not an address: $address\n";
    my ($type, $number) =
          $protocol eq 'tcp'  ? (SOCK_STREAM, IPPROTO_TCP)
        : $protocol eq 'udp'  ? (SOCK_DGRAM, IPPROTO_UDP)
        : $protocol eq 'icmp' ? (SOCK_RAW, $family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6)
        :                       die "probe: not tcp, udp or icmp: $target\n";
    socket(my $socket, $family, $type, $number) or die "probe: no socket: $!\n";
    setsockopt($socket, SOL_SOCKET, SO_MARK, $mark + 0) || die "probe: cannot mark: $!\n" if $mark;
    if ($from ne '-') {
        my $source = inet_pton($family, $from) // die "probe: $from and $address are not of one family\n";
        bind($socket, name($family, 0, $source)) or die "probe: cannot send from $from: $!\n";
    }
    fcntl($socket, F_SETFL, O_NONBLOCK) or die "probe: $!\n";
    if (!connect($socket, name($family, $port || 0, $packed)) && $! != EINPROGRESS) {
        return (undef, $! == ECONNREFUSED ? 'refused' : 'unreachable');
    }
    return ($socket, $protocol, $family);
}

sub name {
    my ($family, $port, $packed) = @_;
    return $family == AF_INET ? pack_sockaddr_in($port, $packed) : pack_sockaddr_in6($port, $packed);
}

sub try_all {
    my @requests = @_;
    my @results;
    my %running;
    for my $index (0 .. $#requests) {
        my ($from, $mark, $wait, $target) = @{ $requests[$index] };
        my ($socket, $protocol, $family) = start($from, $mark, $target);
        if (!$socket) {
            $results[$index] = $protocol;
            next;
        }
        $running{fileno $socket} = {
            index => $index, socket => $socket, protocol => $protocol, family => $family,
            deadline => now() + $wait / 1000, resend => 0, identity => ++$serial & 0xffff,
        };
    }
    while (%running) {
        my ($read, $write, $now) = ('', '', now());
        my $next = $now + 60;
        for my $number (keys %running) {
            my $probe = $running{$number};
            if ($probe->{protocol} eq 'tcp') {
                vec($write, $number, 1) = 1;
            } else {
                vec($read, $number, 1) = 1;
                if ($now >= $probe->{resend}) { # an error that an earlier packet met shows here
                    $probe->{resend} = $now + RESEND;
                    send_probe($probe);
                }
                $next = $probe->{resend} if $probe->{resend} < $next;
            }
            $next = $probe->{deadline} if $probe->{deadline} < $next;
        }
        select($read, $write, undef, $next > $now ? $next - $now : 0);
        for my $number (keys %running) {
            my $probe = $running{$number};
            my $outcome = vec($read, $number, 1) || vec($write, $number, 1) ? outcome($probe) : '';
            # What has come counts, however late a busy machine lets us look.
            $outcome ||= 'timeout' if $now >= $probe->{deadline};
            next unless $outcome;
            $results[$probe->{index}] = $outcome;
            delete $running{$number};
        }
    }
    return @results;
}

sub send_probe {
    my ($probe) = @_;
    my $packet = "fwctl $probe->{identity}";
    if ($probe->{protocol} eq 'icmp') {
        my $type = $probe->{family} == AF_INET ? 8 : 128;
        $packet = pack('CCnnna*', $type, 0, 0, $probe->{identity}, 1, 'fwctl-lab-probe!');
        if ($probe->{family} == AF_INET) { # the kernel fills in ICMPv6's checksum
            my $sum = 0;
            $sum += $_ for unpack 'n*', $packet;
            $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
            substr $packet, 2, 2, pack('n', ~$sum & 0xffff);
        }
    }
    send $probe->{socket}, $packet, 0; # what goes wrong is read back by outcome
}

sub outcome {
    my ($probe) = @_;
    if ($probe->{protocol} eq 'tcp') {
        return error_outcome(unpack 'i', getsockopt($probe->{socket}, SOL_SOCKET, SO_ERROR)) || 'open';
    }
    my $sender = recv $probe->{socket}, my $data, 65535, 0;
    if (!defined $sender) {
        return $! == EAGAIN ? '' : error_outcome($! + 0);
    }
    return 'open' if $probe->{protocol} eq 'udp';
    my $header = $probe->{family} == AF_INET ? (ord($data) & 15) * 4 : 0;
    my ($type, undef, undef, $identity) = unpack 'CCnn', substr $data, $header;
    return $type == ($probe->{family} == AF_INET ? 0 : 129) && $identity == $probe->{identity} ? 'open' : '';
}

sub error_outcome {
    my ($error) = @_;
    return $error == 0 ? '' : $error == ECONNREFUSED ? 'refused' : 'unreachable';
}

# Waits until the socket can be read or written; false when the time is over.
sub wait_for {
    my ($socket, $write, $deadline) = @_;
    my $bits = '';
    vec($bits, fileno $socket, 1) = 1;
    my $left = $deadline - now();
    return select($write ? undef : $bits, $write ? $bits : undef, undef, $left > 0 ? $left : 0) > 0;
}

sub hold {
    my ($from, $mark, $target) = @_;
    my ($socket, $protocol) = start($from, $mark, $target);
    if (!$socket) {
        print "$protocol\n";
        return;
    }
    if ($protocol eq 'tcp') {
        my $connected = wait_for($socket, 1, now() + CONNECT_LIMIT);
        my $error = $connected ? unpack 'i', getsockopt($socket, SOL_SOCKET, SO_ERROR) : 0;
        if (!$connected || $error) {
            print error_outcome($error) || 'timeout', "\n";
            return;
        }
    }
    print "open\n";
    while (defined(my $line = <STDIN>)) {
        my $deadline = now() + $line / 1000;
        my $token = sprintf "<%d>", ++$serial;
        my ($received, $result) = ('', 'silent');
        $result = 'closed' unless defined syswrite $socket, $token;
        while ($result eq 'silent' && wait_for($socket, 0, $deadline)) {
            my $count = sysread $socket, my $data, 65536;
            if (!$count) {
                $result = 'closed';
                last;
            }
            $received .= $data;
            $result = 'alive' if index($received, $token) >= 0;
        }
        print "$result\n";
    }
}

sub fetch {
    my ($from, $mark, $wait, $target, $bytes) = @_;
    my $deadline = now() + $wait / 1000;
    my ($socket, $protocol) = start($from, $mark, $target);
    my $count = 0;
    if ($socket && wait_for($socket, 1, $deadline)) {
        syswrite $socket, "GET /bytes/$bytes HTTP/1.0\r\n\r\n";
        my $headers = '';
        while (wait_for($socket, 0, $deadline)) {
            last unless sysread $socket, my $data, 65536;
            if ($headers !~ /\r\n\r\n/) {
                $headers .= $data;
                next unless $headers =~ /\r\n\r\n(.*)/s;
                $data = $1;
            }
            $count += length $data;
        }
    }
    print "$count\n";
}
