# The one moment of truth: whoever renames it first has won.
mv pending kept 2>/dev/null || exit $GONE
if [ -n "$keeps" ]; then
  if [ -e "$state/applied" ]; then ln -f "$state/applied" "$state/previous"; fi
  mv -f "$state/applied.new" "$state/applied" && sync "$state" 2>/dev/null
else
  rm -f "$state/applied" "$state/previous"
  rmdir "$state" 2>/dev/null
fi
