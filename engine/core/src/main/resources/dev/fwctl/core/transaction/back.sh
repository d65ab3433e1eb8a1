# Takes this host back at once. In front stand id and run.
[ -e "$run/$id/guard" ] || exit $GONE
/bin/sh "$run/$id/guard" now || exit $BROKEN
