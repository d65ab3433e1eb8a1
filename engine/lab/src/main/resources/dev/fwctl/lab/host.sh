#!/bin/sh
# Boots one lab host: takes its namespaces, builds its root and becomes its process 1. Starts in the host's network namespace.
# Usage: host.sh outer|middle|inner FOLDER. FOLDER holds host.conf, network, upper, work, root and docker; "pid" is written there.
# A host that is up has a file /run/lab-ready; what goes wrong is on standard error.
set -eu
stage=$1 folder=$2
. "$folder/host.conf" # name, tree, image, layer, docker, legacy and systemd (yes, no), cgroup

# Makes and enters a branch of our own in one control group hierarchy, so that nothing of a host's dockerd lies outside of it.
enter_branch() {
  path=$1
  for part in $(echo "$cgroup" | tr / ' '); do
    if [ -e "$path/cgroup.controllers" ]; then
      for controller in $(cat "$path/cgroup.controllers"); do
        echo "+$controller" >"$path/cgroup.subtree_control" 2>/dev/null || true
      done
    fi
    mkdir -p "$path/$part"
    if [ -e "$path/cpuset.mems" ] && [ -w "$path/$part/cpuset.mems" ] && [ ! -e "$path/cgroup.controllers" ]; then
      # version 1: a new set of processors is empty and takes no process
      cat "$path/cpuset.cpus" >"$path/$part/cpuset.cpus"
      cat "$path/cpuset.mems" >"$path/$part/cpuset.mems"
    fi
    path=$path/$part
  done
  echo 0 >"$path/cgroup.procs"
}

# What an earlier run of the host has left of its control groups: they may hold settings that are in the way.
clear_branch() {
  [ ! -d "$1" ] || find "$1" -depth -type d -exec rmdir {} +
}

# Leaves the network as a kernel that has just started: no interfaces, addresses and routes but those that the lab makes, nothing is routed.
# What netfilter holds goes with the tools of the host, in init.sh.
clear_network() {
  ip -o link show | while IFS=': @' read -r _ link _; do
    case $link in
      lo | eth0) ip link set "$link" down ;;
      *) ip link delete "$link" 2>/dev/null || true ;; # a pair may have gone with its other end
    esac
  done
  ip addr flush dev eth0
  ip route flush table main
  ip -6 route flush table main
  for setting in ipv4/ip_forward ipv6/conf/all/forwarding ipv6/conf/default/forwarding; do
    echo 0 >"/proc/sys/net/$setting"
  done
}

case $stage in
  outer)
    # A kernel that is told to start anew ends the first process of the namespace by SIGHUP; any other end is the host's.
    exec 9>"$folder/power" # locked until all of the host is gone
    flock 9
    status=129
    while [ "$status" -eq 129 ]; do
      status=0
      unshare --mount --uts --ipc --pid --fork --kill-child sh "$0" middle "$folder" 9<&- || status=$?
      clear_network
    done
    exit "$status"
    ;;
  middle)
    # /proc is still that of the outside, so this is the number by which the outside knows this process.
    read -r pid rest </proc/self/stat
    echo "$pid" >"$folder/pid"
    if [ "$docker" = yes ] || [ "$systemd" = yes ]; then
      if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        clear_branch "/sys/fs/cgroup/$cgroup"
        enter_branch /sys/fs/cgroup
      else
        for hierarchy in /sys/fs/cgroup/*; do
          [ -e "$hierarchy/cgroup.procs" ] || continue
          clear_branch "$hierarchy/$cgroup"
          enter_branch "$hierarchy"
        done
      fi
    fi
    exec unshare --cgroup sh "$0" inner "$folder"
    ;;
  inner)
    root=$folder/root
    mount -t overlay overlay -o "lowerdir=$layer:$tree/root,upperdir=$folder/upper,workdir=$folder/work" "$root"
    mount -t sysfs -o nosuid,nodev,noexec sysfs "$root/sys"
    mount -t tmpfs -o mode=755 tmpfs "$root/run" # with it comes a /run/xtables.lock of the host's own
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    if [ "$systemd" = yes ]; then
      # It would fill what is no mount with the machine's devices, and write to the machine's console.
      mount --bind "$root/dev" "$root/dev"
      rm -f "$root/dev/console"
    fi
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    if [ "$docker" = yes ]; then
      mkdir -p "$root/var/lib/docker"
      mount --bind "$folder/docker" "$root/var/lib/docker" # overlay2 does not stack on an overlay
    fi
    if [ "$docker" = yes ] || [ "$systemd" = yes ]; then
      groups=/sys/fs/cgroup
      # Newer versions of systemd want version 2 of control groups; it may be there besides the other, without controllers.
      if [ "$systemd" = yes ] && [ -e "$groups/unified/$cgroup" ]; then groups=$groups/unified; fi
      if [ -e "$groups/$cgroup/cgroup.controllers" ]; then
        mount --bind "$groups/$cgroup" "$root/sys/fs/cgroup"
        # A group that hands controllers on may hold no process itself; systemd sees to that.
        if [ "$systemd" = no ]; then
          mkdir "$root/sys/fs/cgroup/init"
          echo 0 >"$root/sys/fs/cgroup/init/cgroup.procs"
          for controller in $(cat "$root/sys/fs/cgroup/cgroup.controllers"); do
            echo "+$controller" >"$root/sys/fs/cgroup/cgroup.subtree_control" || true
          done
        fi
      else
        mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
        for hierarchy in /sys/fs/cgroup/*; do
          [ -e "$hierarchy/$cgroup/cgroup.procs" ] || continue
          mkdir "$root$hierarchy"
          mount --bind "$hierarchy/$cgroup" "$root$hierarchy"
        done
      fi
    fi
    hostname "$name"
    sh "${0%/*}/network.sh" "$folder/network"
    mount -t proc proc "$root/proc"
    if [ "$systemd" = yes ]; then
      # Its services set what the whole machine shares; only the network's settings are the host's own.
      mount --bind "$root/proc/sys" "$root/proc/sys"
      mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
      mount -o remount,bind,ro "$root/proc/sys"
    fi
    if [ "$docker" = yes ]; then
      : >"$root/run/lab-image.tar"
      mount --bind "$image" "$root/run/lab-image.tar"
    fi
    cd "$root"
    pivot_root . .
    umount -l .
    exec chroot . /bin/sh /usr/local/lib/lab/init "$docker" "$legacy" "$systemd"
    ;;
esac
