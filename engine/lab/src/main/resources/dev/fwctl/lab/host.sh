#!/bin/sh
# Boots one lab host: takes its namespaces, builds its root and becomes its process 1. Starts in the host's network namespace.
# Usage: host.sh outer|inner FOLDER. FOLDER holds host.conf, network, upper, work, root and docker; "pid" is written there.
# What goes well ends in "ready" on standard output; what goes wrong is on standard error.
set -eu
stage=$1 folder=$2
. "$folder/host.conf" # name, tree, image, layer, docker (yes, no), legacy (yes, no), cgroup

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

case $stage in
  outer)
    if [ "$docker" = yes ]; then
      if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        enter_branch /sys/fs/cgroup
      else
        for hierarchy in /sys/fs/cgroup/*; do
          [ ! -e "$hierarchy/cgroup.procs" ] || enter_branch "$hierarchy"
        done
      fi
    fi
    exec unshare --mount --uts --ipc --cgroup --pid --fork --kill-child sh "$0" inner "$folder"
    ;;
  inner)
    # /proc is still that of the outside, so this is the number by which the outside knows this process.
    read -r pid rest </proc/self/stat
    echo "$pid" >"$folder/pid"
    root=$folder/root
    mount -t overlay overlay -o "lowerdir=$layer:$tree/root,upperdir=$folder/upper,workdir=$folder/work" "$root"
    mount -t sysfs -o nosuid,nodev,noexec sysfs "$root/sys"
    mount -t tmpfs -o mode=755 tmpfs "$root/run" # with it comes a /run/xtables.lock of the host's own
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    if [ "$docker" = yes ]; then
      mkdir -p "$root/var/lib/docker"
      mount --bind "$folder/docker" "$root/var/lib/docker" # overlay2 does not stack on an overlay
      if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        mount --bind "/sys/fs/cgroup/$cgroup" "$root/sys/fs/cgroup"
        # A group that hands controllers on may hold no process itself.
        mkdir "$root/sys/fs/cgroup/init"
        echo 0 >"$root/sys/fs/cgroup/init/cgroup.procs"
        for controller in $(cat "$root/sys/fs/cgroup/cgroup.controllers"); do
          echo "+$controller" >"$root/sys/fs/cgroup/cgroup.subtree_control" || true
        done
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
    exec 4<"$image"
    cd "$root"
    pivot_root . .
    umount -l .
    exec chroot . /bin/sh /usr/local/lib/lab/init "$docker" "$legacy"
    ;;
esac
