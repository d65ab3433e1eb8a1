#!/bin/sh
# Makes the Debian tree that all lab hosts of a release share as their lower layer.
# Usage: tree.sh RELEASE TARGET PASSWORD; the password is that of the user ops. The tree is TARGET/root.
# TARGET appears by a rename at the very end: a tree that exists is complete. The caller holds a lock.
set -eu
release=$1 target=$2 password=$3
building=$target.building
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
[ ! -e "$target" ] || exit 0
if [ ! -e "/usr/share/debootstrap/scripts/$release" ]; then
  echo "debootstrap knows no release '$release'"
  exit 1
fi
trap 'rm -rf --one-file-system "$building"' EXIT # nothing is left there after a success
rm -rf --one-file-system "$building"
mkdir -p "$building/root"
root=$building/root

# python3 is there for the tools that fwctl is compared with; ufw and firewalld have rules, too; systemd runs where it is asked to.
packages=iptables,nftables,openssh-server,docker.io,iproute2,ipset,conntrack,sudo,busybox-static,python3,ufw,firewalld,libpam-systemd,systemd-sysv,dbus
case $release in
  bullseye | bookworm) ;;
  *) packages=$packages,docker-cli ;; # part of docker.io until bookworm
esac
debootstrap --variant=minbase --include="$packages" "$release" "$root"

# Host keys are made for each host: two hosts with one key would hide a mistake in the checks of them.
rm -f "$root"/etc/ssh/ssh_host_*
# Names are looked up in /etc/hosts alone; a name server that nobody can reach would hold up sudo.
rm -f "$root/etc/resolv.conf" "$root/etc/hostname"
chroot "$root" useradd --uid 1001 --create-home --shell /bin/bash deploy
chroot "$root" useradd --uid 1002 --create-home --shell /bin/bash ops
printf '%s:%s\n' ops "$password" | chroot "$root" chpasswd
echo 'deploy ALL=(ALL:ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/deploy"
echo 'ops ALL=(ALL:ALL) ALL' >"$root/etc/sudoers.d/ops"
chmod 0440 "$root/etc/sudoers.d/deploy" "$root/etc/sudoers.d/ops"
# A lab host has no terminal, nothing to fetch, and the machine's kernel as it is.
for unit in systemd-modules-load.service getty.target console-getty.service apt-daily.timer apt-daily-upgrade.timer; do
  ln -s /dev/null "$root/etc/systemd/system/$unit"
done
# It would begin to rule each host that starts; what it needs would have a hand in each login.
chroot "$root" systemctl --quiet disable firewalld.service
chroot "$root" pam-auth-update --package --remove systemd
# What a shell loads when it starts dominates SSH timings.
for home in "$root/root" "$root/home/deploy" "$root/home/ops"; do
  : >"$home/.bashrc"
  : >"$home/.profile"
done
rm -rf "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/* "$root"/usr/share/man/*
mv "$building" "$target"
