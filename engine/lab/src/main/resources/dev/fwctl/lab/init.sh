#!/bin/sh
# Process 1 of a lab host: starts what the host runs and reaps what ends. Usage: init DOCKER LEGACY (yes or no).
# Descriptor 4 is the container image. Says "ready" when all is up.
set -eu
docker=$1 legacy=$2
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
cd /
if [ "$legacy" = yes ]; then
  update-alternatives --quiet --set iptables /usr/sbin/iptables-legacy
  update-alternatives --quiet --set ip6tables /usr/sbin/ip6tables-legacy
fi
hostname >/etc/hostname
mkdir -p /run/lock /run/sshd
ssh-keygen -q -t ed25519 -N '' -C '' -f /etc/ssh/ssh_host_ed25519_key
/usr/sbin/sshd 4<&-
if [ "$docker" = yes ]; then
  /usr/local/lib/lab/docker start 4<&-
  docker import - web:1 <&4 >/dev/null
fi
echo ready
exec >/dev/null 4<&-
while :; do
  sleep infinity &
  wait $! || true
done
