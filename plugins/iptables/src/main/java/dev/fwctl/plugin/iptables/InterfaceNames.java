package dev.fwctl.plugin.iptables;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.util.regex.Pattern;

/**
 * Names of interfaces, the only words of a host that get into rules.
 *
 * <p>The kernel lets a name hold nearly anything but a slash and white space; rules are only made
 * of such as need no quoting anywhere. A name has at most 15 bytes. Source: the kernel's
 * dev_valid_name and IFNAMSIZ.
 */
final class InterfaceNames {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.:-]{1,15}");

  private InterfaceNames() {}

  static boolean isPlain(String name) {
    return PLAIN.matcher(name).matches();
  }

  /**
   * Returns the name if rules can be made of it.
   *
   * @throws FwctlException with code UNENFORCEABLE
   */
  static String plain(String name) {
    if (!isPlain(name)) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.UNENFORCEABLE,
              "the interface '"
                  + Printable.of(name)
                  + "' has a name that fwctl does not put into rules",
              "rename it; letters, digits and the characters _ . : - are taken"));
    }
    return name;
  }
}
