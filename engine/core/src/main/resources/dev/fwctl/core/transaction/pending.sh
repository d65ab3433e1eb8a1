# Looks at a change that waits to be kept. In front stand id, run, state, expected (what the kernel
# held when it was read back; nothing when the host itself has it) and the function fingerprint.
trap '' HUP INT PIPE TERM
cd "$run/$id" 2>/dev/null && [ -e pending ] || exit $GONE
if [ -z "$expected" ]; then read -r expected <verified || exit $UNVERIFIED; fi
now=$(fingerprint) || exit $NO_FINGERPRINT
[ "$now" = "$expected" ] || exit $CHANGED
