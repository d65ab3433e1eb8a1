#!/bin/sh
# Makes or deletes network namespaces. Usage: namespaces.sh add|forbid|delete MARKER CLAIM NAME...; the caller holds the lock of the labs.
# CLAIM is a file of the lab's. Namespaces are made while it is there only: this script may outlive the program that started it.
# iproute2 turns /run/netns into a mount point. MARKER is there when that was our doing, to be undone with the last namespace.
set -eu
action=$1 marker=$2 claim=$3
shift 3
case $action in
  add)
    [ -e "$claim" ] || {
      echo 'the lab is being taken down' >&2
      exit 1
    }
    mountpoint -q /run/netns || : >"$marker"
    for name in "$@"; do echo "netns add $name"; done | ip -batch -
    ;;
  forbid) rm -f "$claim" ;;
  delete)
    for name in "$@"; do
      umount "/run/netns/$name" 2>/dev/null || true # not mounted: a crash came between the file and the mount
      rm -f "/run/netns/$name"
    done
    if [ -e "$marker" ] && [ -z "$(ls -A /run/netns 2>/dev/null)" ]; then
      umount /run/netns 2>/dev/null || true
      rmdir /run/netns 2>/dev/null || true
      rm -f "$marker"
    fi
    ;;
esac
