package dev.fwctl.core.intent;

import dev.fwctl.model.Host;
import dev.fwctl.model.Place;
import java.util.Collection;

/** Finds the hosts of a policy. */
@FunctionalInterface
public interface HostSelection {
  /**
   * Returns the hosts that an Ansible host pattern stands for.
   *
   * @param pattern the pattern
   * @param place where it stands
   * @throws dev.fwctl.model.FwctlException when it is malformed, or names a group or host that is
   *     not there
   */
  Collection<Host> select(String pattern, Place place);
}
