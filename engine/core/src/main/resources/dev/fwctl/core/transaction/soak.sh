# Lets a change that was seen to be right, from inside and from outside, wait for somebody to confirm
# it. In front stands besides seconds, how long it waits.
look_at_claim && [ "$claim_id" = "$id" ] && look_at_clock || exit $GONE
until=$((up + seconds))
{ echo "$id" && echo $((until + 60)) && echo "$claim_boot" && printf '%s\n' "$claim_who" \
  && echo "$claim_begin"; } \
  >"$run/claim.$id" && mv -f "$run/claim.$id" "$run/claim" || exit $NO_FOLDER
arm "$until" || exit $NOT_ARMED
echo "$expected" >verified.new && mv -f verified.new verified || exit $NO_FOLDER
[ -e pending ] || exit $GONE
