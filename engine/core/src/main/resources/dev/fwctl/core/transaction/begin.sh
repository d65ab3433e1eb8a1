# Changes this host for the time being: claims it, makes sure of the way back, changes the rules.
# In front stand id, run, state, seconds (until it goes back), removes (whether nothing of ours is to
# be left), backend (its name), expected (what we own, as the plan saw it), and functions that print
# texts: fingerprint, holder, forth, back, guard.

# Ends before anything was changed. What lies in the folder of state is ours only while the claim is.
leave() {
  if look_at_claim && [ "$claim_id" = "$id" ]; then
    if [ -e "$run/$id/deadline" ]; then disarm; fi
    rm -f "$state/applied.new"
    rmdir "$state" 2>/dev/null
  fi
  rm -rf "${run:?}/${id:?}" "$run/claim.$id"
  release
  exit "$1"
}

locked() {
  look_at_claim
  printf '%s\n' "${claim_who:-somebody}"
  exit $LOCKED
}

# What is begun comes to its end, whether anybody listens or not.
trap '' HUP INT PIPE TERM
{ [ -d "$run" ] || mkdir -p "$run"; } && exec 9>>"$run/lock" || exit $NO_FOLDER
if command -v flock >/dev/null 2>&1; then flock -n 9 || locked; fi
look_at_boot && look_at_clock && deadline=$((up + seconds)) || exit $NO_FOLDER
{ echo "$id" && echo $((deadline + 60)) && echo "$boot" && holder && echo "$up"; } >"$run/claim.$id" || leave $NO_FOLDER
tries=0
until ln "$run/claim.$id" "$run/claim" 2>/dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -gt 5 ]; then leave $NO_FOLDER; fi
  if look_at_claim && claim_counts; then
    rm -f "$run/claim.$id"
    locked
  fi
  # Its time is over, or it is of another run of the kernel.
  rm -f "$run/claim" || leave $NO_FOLDER
done
rm -f "$run/claim.$id"

# Whoever sent this has lost the connection and given it up before it came this far.
if [ -e "$run/void.$id" ]; then leave $GONE; fi
settle 9>&- || leave $NOT_SETTLED
seen=$(fingerprint 9>&-) || leave $NO_FINGERPRINT
[ "$seen" = "$expected" ] || leave $STALE

mkdir "$run/$id" && forth >"$run/$id/forth" && back >"$run/$id/back" \
  && guard >"$run/$id/guard" && echo "$backend" >"$run/$id/backend" || leave $NO_FOLDER
if [ -n "$removes" ]; then
  : >"$run/$id/removes" || leave $NO_FOLDER
else
  { [ -d "$state" ] || mkdir -p "$state"; } && forth >"$state/applied.new" || leave $NO_RECEIPT
  sync "$state/applied.new" 2>/dev/null || sync
fi
/bin/sh "$run/$id/back" test </dev/null 9>&- || leave $NO_WAY_BACK

# From here on the host goes back by itself: the guard outlives our connection.
: >"$run/$id/pending" || leave $NO_FOLDER
arm "$deadline" 9>&- || leave $NOT_ARMED

if ! /bin/sh "$run/$id/forth" </dev/null 9>&-; then
  now=$(fingerprint 9>&-) && [ "$now" = "$seen" ] && mv "$run/$id/pending" "$run/$id/over" 2>/dev/null \
    && leave $REFUSED
  /bin/sh "$run/$id/guard" now locked 9>&-
  now=$(fingerprint 9>&-) && [ "$now" = "$seen" ] && exit $REFUSED
  exit $BROKEN
fi
