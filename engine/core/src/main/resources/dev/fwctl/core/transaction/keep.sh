# Lets a change stay. In front stand besides the functions unit and firewalld_unit, each of which prints a unit for
# systemd.

# Has the rules loaded at boot, where systemd does that, and again when others have emptied all tables: for that the
# units must be active.
install_units() {
  [ -d /run/systemd/system ] || return 0
  if ! installed fwctl sysinit.target "$(unit)" || ! installed fwctl-firewalld firewalld.service "$(firewalld_unit)"; then
    install_unit fwctl sysinit.target "$(unit)" && install_unit fwctl-firewalld firewalld.service "$(firewalld_unit)" \
      && { sync "$units" 2>/dev/null || sync; } && systemctl daemon-reload </dev/null || return 1
  fi
  systemctl start fwctl.service </dev/null || return 1
  if [ -e /lib/systemd/system/firewalld.service ] && systemctl --quiet is-active firewalld.service </dev/null; then
    systemctl start fwctl-firewalld.service </dev/null
  fi
}

# Tells whether the unit $1, which $2 wants, reads $3.
installed() {
  [ -e "$units/$1.service" ] && [ "$(cat "$units/$1.service")" = "$3" ] && [ -h "$units/$2.wants/$1.service" ]
}

install_unit() {
  mkdir -p "$units/$2.wants" && printf '%s\n' "$3" >"$units/$1.service.new" && chmod 644 "$units/$1.service.new" \
    && { sync "$units/$1.service.new" 2>/dev/null || sync; } \
    && mv -f "$units/$1.service.new" "$units/$1.service" \
    && ln -sf "../$1.service" "$units/$2.wants/$1.service" \
    && { sync "$units/$2.wants" 2>/dev/null || sync; }
}

remove_units() {
  if [ -e "$units/fwctl.service" ] || [ -e "$units/fwctl-firewalld.service" ]; then
    if [ -d /run/systemd/system ]; then systemctl stop fwctl.service fwctl-firewalld.service </dev/null; fi
    rm -f "$units/fwctl.service" "$units/sysinit.target.wants/fwctl.service" \
      "$units/fwctl-firewalld.service" "$units/firewalld.service.wants/fwctl-firewalld.service"
    rmdir "$units/firewalld.service.wants" 2>/dev/null
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
  remove_units
elif mv -f "$state/applied.new" "$state/applied"; then
  if [ -e "$state/previous.new" ]; then mv -f "$state/previous.new" "$state/previous"; fi
  sync "$state" 2>/dev/null || sync
  install_units || echo 'fwctl: the rules will not be loaded at boot, the units could not be installed' >&2
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
