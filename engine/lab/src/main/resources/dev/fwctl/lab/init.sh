#!/bin/sh
# Process 1 of a lab host: sets up what is the host's own, then starts what it runs and reaps what ends, or becomes systemd,
# which does. Usage: init DOCKER LEGACY SYSTEMD (yes or no each).
set -eu
docker=$1 legacy=$2 systemd=$3
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
cd /

# The network namespace is older than this run of the host; a kernel that has just started holds no rules.
clear_netfilter() {
  nft flush ruleset
  for family in '' 6; do
    [ -e "/proc/net/ip${family}_tables_names" ] || continue
    while read -r table; do
      command="ip${family}tables-legacy -t $table"
      $command -S | sed -n 's/^-P \([A-Z]*\) .*/\1/p' | while read -r chain; do $command -P "$chain" ACCEPT; done
      $command -F
      $command -X
    done <"/proc/net/ip${family}_tables_names"
  done
  ipset destroy
  conntrack -F 2>/dev/null
}

if [ "$legacy" = yes ]; then
  update-alternatives --quiet --set iptables /usr/sbin/iptables-legacy
  update-alternatives --quiet --set ip6tables /usr/sbin/ip6tables-legacy
fi
hostname >/etc/hostname
mkdir -p /run/lock /run/sshd
if [ -e /etc/ssh/ssh_host_ed25519_key ]; then
  clear_netfilter # it has run before
else
  ssh-keygen -q -t ed25519 -N '' -C '' -f /etc/ssh/ssh_host_ed25519_key
fi
if [ "$systemd" = yes ]; then
  [ "$docker" = yes ] || systemctl --quiet mask docker.service docker.socket containerd.service
  # The word tells systemd that the machine is not its own.
  exec env -i PATH="$PATH" container=lab /sbin/init
fi
/usr/sbin/sshd
[ "$docker" = no ] || /usr/local/lib/lab/docker start
/usr/local/lib/lab/ready
exec >/dev/null
while :; do
  sleep infinity &
  wait $! || true
done
