package dev.fwctl.core.transaction;

import static java.util.Objects.requireNonNull;

/**
 * Where on a host fwctl keeps what is its own.
 *
 * @param run what is under way; on a memory file system, so that a reboot forgets it
 * @param state what was applied last; on disk
 * @param units where systemd finds its units
 */
record HostFolders(String run, String state, String units) {
  static final HostFolders ON_HOSTS =
      new HostFolders("/run/fwctl", "/var/lib/fwctl", "/etc/systemd/system");

  HostFolders {
    requireNonNull(run, "run is null");
    requireNonNull(state, "state is null");
    requireNonNull(units, "units is null");
  }
}
