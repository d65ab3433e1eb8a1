#!/usr/bin/perl
# Answers on ports so that a probe can tell that a packet arrived. Usage: serve [-d] PROTOCOL/PORT[/ADDRESS]...
#   tcp/7        sends back what it gets
#   udp/7        sends back each datagram
#   http/80      answers every request with the host's name; GET /bytes/N with N bytes
# Listens on IPv4 and IPv6, or on ADDRESS alone. With -d it goes to the background once it listens.
use strict;
use warnings;
use POSIX ();
use Socket qw(:all);

my $background = @ARGV && $ARGV[0] eq '-d' && shift @ARGV;
my (%listeners, %datagrams);
for my $argument (@ARGV) {
    my ($protocol, $port, $address) = split m{/}, $argument, 3;
    die "serve: not PROTOCOL/PORT[/ADDRESS]: $argument\n"
        unless defined $port && $protocol =~ /^(tcp|udp|http)$/ && $port =~ /^\d+$/;
    my $opened = 0;
    for my $family (AF_INET, AF_INET6) {
        my $packed = defined $address ? inet_pton($family, $address) : $family == AF_INET ? INADDR_ANY : IN6ADDR_ANY;
        next unless defined $packed;
        my $type = $protocol eq 'udp' ? SOCK_DGRAM : SOCK_STREAM;
        socket(my $socket, $family, $type, 0) or next;
        setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
        setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, 1) if $family == AF_INET6;
        my $name = $family == AF_INET ? pack_sockaddr_in($port, $packed) : pack_sockaddr_in6($port, $packed);
        bind($socket, $name) or next;
        if ($type == SOCK_STREAM) {
            listen($socket, 4096) or next;
            $listeners{fileno $socket} = [$socket, $protocol];
        } else {
            $datagrams{fileno $socket} = $socket;
        }
        $opened++;
    }
    die "serve: cannot listen on $argument: $!\n" unless $opened;
}
die "usage: serve [-d] PROTOCOL/PORT[/ADDRESS]...\n" unless %listeners || %datagrams;

if ($background) {
    my $child = fork // die "serve: cannot fork: $!\n";
    exit 0 if $child;
    POSIX::setsid();
    open STDIN, '<', '/dev/null';
    open STDOUT, '>', '/dev/null';
    open STDERR, '>', '/dev/null';
} else {
    # For those who wait until a container serves: the time at which this process began, as the file outlives it.
    open my $stat, '<', '/proc/self/stat' or die "serve: $!\n";
    open my $sign, '>', '/tmp/serving' or die "serve: $!\n";
    print $sign +(split ' ', <$stat>)[21], "\n";
    close $sign;
}
$SIG{TERM} = $SIG{INT} = sub { exit 0 };    # as process 1 of a container there is no default action
$SIG{CHLD} = 'IGNORE';
$SIG{PIPE} = 'IGNORE';
my $all = '';
vec($all, $_, 1) = 1 for keys %listeners, keys %datagrams;
while (1) {
    my $ready = $all;
    next if select($ready, undef, undef, undef) < 1;
    for my $number (grep { vec($ready, $_, 1) } keys %datagrams) {
        my $from = recv($datagrams{$number}, my $data, 65535, 0);
        send($datagrams{$number}, $data, 0, $from) if defined $from;
    }
    for my $number (grep { vec($ready, $_, 1) } keys %listeners) {
        accept(my $connection, $listeners{$number}[0]) or next;
        my $child = fork;
        next if !defined $child || $child;
        answer($connection, $listeners{$number}[1]);
        exit 0;
    }
}

sub answer {
    my ($connection, $protocol) = @_;
    my $data;
    if ($protocol eq 'tcp') {
        while (sysread $connection, $data, 65536) { put($connection, $data) or return }
        return;
    }
    my $request = '';
    while ($request !~ /\r?\n\r?\n/ && sysread $connection, $data, 4096) { $request .= $data }
    my $body = $request =~ m{^GET /bytes/(\d+) } ? 'x' x $1 : do {
        open my $file, '<', '/etc/hostname';
        my $line = $file && <$file>;
        ($line || "lab\n");
    };
    put($connection, "HTTP/1.0 200 OK\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body");
}

sub put {
    my ($connection, $data) = @_;
    while (length $data) {
        my $count = syswrite $connection, $data;
        return 0 unless $count;
        substr $data, 0, $count, '';
    }
    return 1;
}
