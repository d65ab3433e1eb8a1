# Ends whatever is under way on this host: it goes back, and nobody has a claim any longer.
# In front stand run and state.
[ -d "$run" ] || exit 0
exec 9>>"$run/lock" || exit $NO_FOLDER
if command -v flock >/dev/null 2>&1; then flock -w 60 9 || exit $LOCKED; fi
settle 9>&- || exit $NOT_SETTLED
rm -f "$run/claim" || exit $NO_FOLDER
