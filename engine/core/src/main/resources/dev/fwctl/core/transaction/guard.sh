# Takes this host back, unless somebody said first that it is to stay as it is. Needs nobody: it is
# the way back when the one who changed the host can't reach it any more. How it is called:
#   wait          sleeps until the time is up
#   timer         a timer of systemd ran out, perhaps one of several
#   now           somebody waits for it
#   now locked    the same, by one who holds the lock
cd "$run/$id" 2>/dev/null || exit 0
patience=240
case $1 in
  now) patience=6 ;;
  timer)
    # A timer's seconds and ours begin at different moments.
    if look_at_clock && read -r deadline <deadline && [ "$up" -lt $((deadline - 1)) ]; then exit 0; fi
    ;;
  wait)
    # By the clock, and not by how long a sleep was to be.
    while [ -e pending ] && look_at_clock && read -r deadline <deadline && [ "$up" -lt "$deadline" ]; do
      left=$((deadline - up))
      if [ "$left" -gt 2 ]; then left=2; fi
      sleep "$left"
    done
    ;;
esac
# The one moment of truth: whoever renames it first has won. What was on its way back goes on.
mv pending going-back 2>/dev/null || [ -e going-back ] || exit 0
tries=0
while :; do
  # Whoever is changing rules at this moment comes to his end first, but not for ever.
  if [ "${2:-}" != locked ] && command -v flock >/dev/null 2>&1; then
    exec 8>>"$run/lock"
    flock -w 60 8
  fi
  [ -e "$run/$id/going-back" ] || exit 0
  if /bin/sh "$run/$id/back" </dev/null 8>&-; then break; fi
  exec 8>&-
  tries=$((tries + 1))
  # What keeps the old rules from coming back may pass: a lock, memory, a tool being upgraded.
  if [ "$tries" -ge "$patience" ]; then
    echo 'fwctl: the old rules could not be put back' >&2
    exit 1
  fi
  sleep 5
done
rm -f "$state/applied.new"
rmdir "$state" 2>/dev/null
end_as back
exit 0
