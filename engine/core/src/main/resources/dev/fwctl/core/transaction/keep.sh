# Lets a change stay. In front stands besides the function unit, which prints a unit for systemd.

# Has the rules loaded at boot, where systemd does that, and again when others have emptied all tables: for that the
# unit must be active.
install_unit() {
  [ -d /run/systemd/system ] || return 0
  if [ ! -e "$units/fwctl.service" ] || [ "$(cat "$units/fwctl.service")" != "$(unit)" ] \
    || [ ! -h "$units/sysinit.target.wants/fwctl.service" ]; then
    write_unit || return 1
  fi
  systemctl start fwctl.service </dev/null
}

write_unit() {
  mkdir -p "$units/sysinit.target.wants" && unit >"$units/fwctl.service.new" \
    && { sync "$units/fwctl.service.new" 2>/dev/null || sync; } \
    && mv -f "$units/fwctl.service.new" "$units/fwctl.service" \
    && ln -sf ../fwctl.service "$units/sysinit.target.wants/fwctl.service" \
    && { sync "$units" "$units/sysinit.target.wants" 2>/dev/null || sync; } \
    && systemctl daemon-reload </dev/null
}

remove_unit() {
  if [ -e "$units/fwctl.service" ]; then
    if [ -d /run/systemd/system ]; then systemctl stop fwctl.service </dev/null; fi
    rm -f "$units/fwctl.service" "$units/sysinit.target.wants/fwctl.service"
    if [ -d /run/systemd/system ]; then systemctl daemon-reload </dev/null; fi
  fi
}

if [ ! -e removes ]; then
  # The disk may have filled up or gone read-only since.
  if [ -e "$state/applied" ]; then ln -f "$state/applied" "$state/previous.new" || exit $NO_RECEIPT; fi
fi
# The one moment of truth: whoever renames it first has won.
mv pending kept 2>/dev/null || exit $GONE
if [ -e removes ]; then
  rm -f "$state/applied" "$state/applied.new" "$state/previous" "$state/previous.new"
  rmdir "$state" 2>/dev/null
  remove_unit
elif mv -f "$state/applied.new" "$state/applied"; then
  if [ -e "$state/previous.new" ]; then mv -f "$state/previous.new" "$state/previous"; fi
  sync "$state" 2>/dev/null || sync
  install_unit || echo 'fwctl: the rules will not be loaded at boot, the unit could not be installed' >&2
else
  mv kept pending && /bin/sh guard now
  exit $NO_RECEIPT
fi
if [ -e removes ]; then
  disarm
  # Nothing of ours is to be left.
  cd / && rm -rf "${run:?}"
else
  end_as kept
fi
