# Prints what the Docker engine says, one document of its API a line, and "end" when that is all:
#   absent                no engine, or one that has never run
#   silent                an engine that does not run or does not answer
#   info {...}            GET /info, of which at least what is needed
#   networks [{...}]      GET /networks, or a line "network {...}" each
#   expected ID           a container that there is
#   container {...}       GET /containers/ID/json, of which only what is needed
#   broken ID {...}       what the engine said instead
# A container that is gone by the time it is asked for has only its "expected" line and "gone ID".
# Of a container nothing else leaves the host: its arguments and environment hold passwords.

fwctl_socket=
for fwctl_candidate in /var/run/docker.sock /run/user/*/docker.sock; do
  if [ -S "$fwctl_candidate" ]; then fwctl_socket=$fwctl_candidate; break; fi
done

# The socket alone says nothing: systemd may hold it, and would start an engine that was stopped on purpose.
fwctl_running=
if [ -n "$fwctl_socket" ]; then
  if [ -e /var/run/docker.pid ]; then
    fwctl_running=yes
  else
    for fwctl_folder in /proc/[0-9]*; do
      read -r fwctl_command <"$fwctl_folder/comm" || continue
      if [ "$fwctl_command" = dockerd ]; then fwctl_running=yes; break; fi
    done 2>/dev/null
  fi
fi
if [ -z "$fwctl_running" ]; then
  if command -v dockerd >/dev/null && { [ -e /var/lib/docker ] || [ -e /etc/docker/daemon.json ]; }; then
    echo silent
  else
    echo absent
  fi
  exit 0
fi

fwctl_status=2
if command -v perl >/dev/null; then
  # AF_UNIX and SOCK_STREAM are 1 on Linux (the latter 2 on MIPS, which ends with status 2); the module with their names
  # costs more than all the rest. HTTP/1.0 keeps the engine from answering in chunks.
  perl -e '
    $| = 1; $SIG{PIPE} = "IGNORE"; alarm 20; my $address = pack "S a108", 1, shift;
    sub get {
      my $request = "GET $_[0] HTTP/1.0\r\nHost: docker\r\n\r\n";
      socket my $socket, 1, 1, 0 or exit 2;
      connect $socket, $address or exit 3;
      syswrite($socket, $request) == length $request or exit 3;
      local $/; my $answer = <$socket>;
      $answer =~ s/\AHTTP\/1\.[01] ([0-9]{3})[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n// or exit 3;
      my $status = $1; $answer =~ s/\s+\z//;
      return ($status, $answer);
    }
    # Of an object of JSON as the engine writes it, without white space: the members that are named.
    sub pick {
      my ($object, @names) = @_; my %wanted = map { $_ => 1 } @names; my %found;
      while ($object =~ /\G[{,]"((?:[^"\\]++|\\.)*+)":("(?:[^"\\]++|\\.)*+"|(\{(?:[^{}"]++|"(?:[^"\\]++|\\.)*+"|(?3))*+\})|(\[(?:[^][{}"]++|"(?:[^"\\]++|\\.)*+"|(?3)|(?4))*+\])|[^][{},"]++)/g) {
        $found{$1} = $2 if $wanted{$1};
      }
      return \%found;
    }
    sub show { my $members = $_[0]; return "{" . join(",", map { "\"$_\":$members->{$_}" } sort keys %$members) . "}" }
    sub need { my ($status, $answer) = get($_[0]); exit 3 if $status != 200; return $answer }
    my $info = pick(need("/info"), "ServerVersion", "SecurityOptions", "Swarm", "FirewallBackend");
    print "info ", show($info), "\nnetworks ", need("/networks"), "\n";
    my $list = need("/containers/json?all=1");
    my %parts = (
      State => ["Running", "Restarting"], Config => ["Image", "Labels", "ExposedPorts"],
      HostConfig => ["NetworkMode", "PortBindings"], NetworkSettings => ["Ports", "Networks"],
    );
    my %seen; my @ids = grep { !$seen{$_}++ } $list =~ /"Id":"([0-9a-f]{64})"/g;
    print "expected $_\n" for @ids;
    for my $id (@ids) {
      my ($status, $answer) = get("/containers/$id/json");
      if ($status != 200) { print $status == 404 ? "gone $id\n" : "broken $id $answer\n"; next }
      my $container = pick($answer, "Id", "Name", keys %parts);
      $container->{$_} = show(pick($container->{$_}, @{$parts{$_}})) for grep { $container->{$_} } keys %parts;
      print "container ", show($container), "\n";
    }
    print "end\n";
  ' "$fwctl_socket"
  fwctl_status=$?
fi
[ "$fwctl_status" = 2 ] || exit "$fwctl_status"

command -v docker >/dev/null || { echo silent; exit 0; }
unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION
DOCKER_HOST=unix://$fwctl_socket; export DOCKER_HOST
timeout 20 docker info --format 'info {{json .}}' || exit 3
fwctl_ids=$(timeout 20 docker network ls -q --no-trunc) || exit 3
printf '%s\n' $fwctl_ids | xargs -r -n 200 timeout 20 docker network inspect --format 'network {{json .}}'
fwctl_ids=$(timeout 20 docker ps -a -q --no-trunc) || exit 3
[ -z "$fwctl_ids" ] || printf 'expected %s\n' $fwctl_ids
printf '%s\n' $fwctl_ids | xargs -r -n 200 timeout 20 docker container inspect --format \
  'container {"Id":{{json .ID}},"Name":{{json .Name}},"State":{"Running":{{json .State.Running}},"Restarting":{{json .State.Restarting}}},"Config":{"Image":{{json .Config.Image}},"Labels":{{json .Config.Labels}},"ExposedPorts":{{json .Config.ExposedPorts}}},"HostConfig":{"NetworkMode":{{json .HostConfig.NetworkMode}},"PortBindings":{{json .HostConfig.PortBindings}}},"NetworkSettings":{"Ports":{{json .NetworkSettings.Ports}},"Networks":{{json .NetworkSettings.Networks}}}}'
echo end
