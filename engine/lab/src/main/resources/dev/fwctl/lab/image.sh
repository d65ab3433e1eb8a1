#!/bin/sh
# Makes the container image of the lab from a Debian tree: busybox, and as much of Perl as the programs need.
# Usage: image.sh TREE TARGET PROGRAM...; the Perl programs become part of the image.
# TARGET, a tar archive for docker import, appears by a rename at the very end. The caller holds a lock.
set -eu
root=$1/root target=$2
shift 2
[ ! -e "$target" ] || exit 0
image=$target.building
rm -rf --one-file-system "$image"
mkdir -p "$image/bin" "$image/etc" "$image/tmp" "$image/root"
echo 'root:x:0:0:root:/root:/bin/sh' >"$image/etc/passwd"
echo 'root:x:0:' >"$image/etc/group"
cp "$root/bin/busybox" "$image/bin/busybox"
for applet in $("$root/bin/busybox" --list); do
  [ "$applet" = busybox ] || ln -s busybox "$image/bin/$applet"
done
# shellcheck disable=SC2016 # for the inner shell
chroot "$root" sh -c '
  { echo /usr/bin/perl
    ldd /usr/bin/perl | sed -n "s|^[^/]*\(/[^ ]*\) (0x.*|\1|p"
    find /usr/lib/*/perl-base -name unicore -prune -o -type f -print
  } | sed "s|^/||" | tar -C / -chf - -T -' | tar -C "$image" -xf -
for program in "$@"; do
  name=${program##*/}
  install -m 0755 "$program" "$image/bin/${name%.pl}"
done
tar -C "$image" --numeric-owner --owner=0 --group=0 -cf "$target.new" .
rm -rf "$image"
mv "$target.new" "$target"
