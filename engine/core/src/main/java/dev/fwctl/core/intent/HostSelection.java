package dev.fwctl.core.intent;

import dev.fwctl.model.Place;
import java.util.Collection;

/** Finds the hosts of a policy. */
@FunctionalInterface
public interface HostSelection {
  /**
   * Returns the names of all hosts that an Ansible host pattern stands for, also of those that this
   * run is not about.
   *
   * @param pattern the pattern
   * @param place where it stands
   * @throws dev.fwctl.model.FwctlException when it is malformed, or names a group or host that is
   *     not there
   */
  Collection<String> select(String pattern, Place place);
}
