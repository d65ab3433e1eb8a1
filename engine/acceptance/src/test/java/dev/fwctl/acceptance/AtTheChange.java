package dev.fwctl.acceptance;

import dev.fwctl.lab.Lab;

/**
 * Has a host with iptables-nft do something at the very moment at which its rules of IPv4 change,
 * as another program might; not when they are only tried.
 */
final class AtTheChange {
  private AtTheChange() {}

  /**
   * Puts a command of our own in the place of the one that changes rules. The real one keeps its
   * name, by which it knows what it is to be.
   *
   * @param before what is done before the change, in sh
   * @param after what is done after it
   */
  static void run(Lab lab, String host, String before, String after) {
    lab.script(
        host,
        """
        mkdir /opt/real
        ln -s /usr/sbin/xtables-nft-multi /opt/real/iptables-nft-restore
        rm /usr/sbin/iptables-nft-restore
        cat >/usr/sbin/iptables-nft-restore <<'end'
        #!/bin/sh
        case "$*" in *--test*) exec /opt/real/iptables-nft-restore "$@" ;; esac
        %s
        /opt/real/iptables-nft-restore "$@" || exit
        %s
        end
        chmod 755 /usr/sbin/iptables-nft-restore
        """
            .formatted(before.strip(), after.strip()));
  }

  /** Puts the real command back. */
  static void stop(Lab lab, String host) {
    lab.script(host, "ln -sf xtables-nft-multi /usr/sbin/iptables-nft-restore\nrm -r /opt/real");
  }
}
