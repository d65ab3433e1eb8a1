# What all scripts of a transaction share. In front of it stand run=, state= and, for most, id=.
#
# run is a folder on a memory file system, so that a reboot forgets what was under way:
#   lock       held by flock(1) while rules are being changed
#   claim      who is changing this host: id, end (seconds of uptime), boot, who, begin; made by link(2)
#   ended      the id of the last transaction, and how it ended: kept or back
#   void.ID    given up by the one who sent it, before it came to its claim
#   ID/        one transaction:
#     forth, back, guard   its scripts
#     pending              its state; renamed to kept or to going-back, of which rename(2) lets one win
#     deadline             the uptime at which it goes back, in seconds
#     backend              the firewall that is changed
#     removes              there when nothing of ours is to be left
#     verified             a fingerprint; there when it was seen to be right and may be confirmed
# state is a folder on disk:
#   applied    what was kept last: its receipt, and the script that puts it in force, run at boot
#   previous   the same, of the time before

# Sets up to the seconds since the start of this host, by a clock that nobody sets.
look_at_clock() {
  read -r up rest </proc/uptime && up=${up%%.*}
}

# Sets boot to the name of this run of the kernel.
look_at_boot() {
  read -r boot </proc/sys/kernel/random/boot_id
}

# Sets claim_id, claim_end, claim_boot, claim_who and, if it tells, claim_begin; fails when nobody has a claim.
look_at_claim() {
  claim_id='' claim_end='' claim_boot='' claim_who='' claim_begin=''
  { read -r claim_id && read -r claim_end && read -r claim_boot && read -r claim_who \
    && { read -r claim_begin || :; }; } \
    2>/dev/null <"$run/claim"
}

# Tells whether the claim that was looked at still counts.
claim_counts() {
  look_at_boot && look_at_clock && [ "$claim_boot" = "$boot" ] && [ "$up" -lt "$claim_end" ]
}

# Lets go of our claim, and of nobody else's.
release() {
  if look_at_claim && [ "$claim_id" = "$id" ]; then rm -f "$run/claim"; fi
}

# Lets go of timers that have nothing left to do.
disarm() {
  if [ -d /run/systemd/system ]; then
    systemctl stop --no-block "fwctl-$id-*.timer" </dev/null >/dev/null 2>&1
  fi
}

# Remembers how this transaction ended, and forgets the rest of it.
end_as() {
  echo "$id $1" >"$run/ended.$id" && mv -f "$run/ended.$id" "$run/ended"
  disarm
  rm -rf "${run:?}/${id:?}"
  release
}

# Has this host go back at a time, whatever becomes of our connection.
arm() {
  deadline=$1
  look_at_clock && echo "$deadline" >"$run/$id/deadline.new" || return 1
  if [ -d /run/systemd/system ] && systemd-run --quiet --collect --unit="fwctl-$id-$deadline" \
    --description='fwctl takes this host back unless its change is kept' \
    --on-active="$((deadline - up))" --timer-property=AccuracySec=100ms \
    /bin/sh "$run/$id/guard" timer </dev/null; then
    mv -f "$run/$id/deadline.new" "$run/$id/deadline"
    return
  fi
  # One that waits already looks at the time again.
  mv -f "$run/$id/deadline.new" "$run/$id/deadline" || return 1
  if [ -e "$run/$id/waits" ]; then return 0; fi
  : >"$run/$id/waits" || return 1
  aside=nohup
  if command -v setsid >/dev/null 2>&1; then aside=setsid; fi
  $aside /bin/sh "$run/$id/guard" wait </dev/null >/dev/null 2>&1 &
  kill -0 $! 2>/dev/null
}

# Ends what somebody began and nobody ended: it goes back. For whoever holds the lock.
settle() {
  for left_over in "$run"/*/guard; do
    [ -e "$left_over" ] || continue
    /bin/sh "$left_over" now locked </dev/null || return 1
    rm -rf "${left_over%/guard}"
  done
}
