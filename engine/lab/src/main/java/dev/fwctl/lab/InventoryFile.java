package dev.fwctl.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes what fwctl, Ansible and OpenSSH need to reach the hosts of a lab. */
final class InventoryFile {
  private InventoryFile() {}

  /**
   * Returns an Ansible inventory. Its groups are {@code docker} and {@code plain}, and one for each
   * release.
   */
  static String inventory(Layout layout, List<LabHost> hosts) {
    StringBuilder text = new StringBuilder();
    text.append("all:\n");
    text.append("  vars:\n");
    text.append("    ansible_user: root\n");
    text.append("    ansible_ssh_private_key_file: %s\n".formatted(layout.privateKey()));
    text.append(
        "    ansible_ssh_common_args: -o UserKnownHostsFile=%s\n".formatted(layout.knownHosts()));
    text.append("  hosts:\n");
    Map<String, List<String>> groups = new TreeMap<>();
    for (LabHost host : hosts) {
      text.append("    %s: {ansible_host: %s}\n".formatted(host.name(), host.ipv4()));
      group(groups, host.spec().docker() ? "docker" : "plain").add(host.name());
      group(groups, host.spec().release()).add(host.name());
    }
    text.append("  children:\n");
    groups.forEach(
        (group, members) -> {
          text.append("    %s:\n      hosts:\n".formatted(group));
          members.forEach(member -> text.append("        %s:\n".formatted(member)));
        });
    return text.toString();
  }

  /**
   * Returns the lines of a known_hosts file.
   *
   * @param keys the public key of each host, as its {@code .pub} file has it
   */
  static String knownHosts(List<LabHost> hosts, Map<String, String> keys) {
    StringBuilder text = new StringBuilder();
    for (LabHost host : hosts) {
      String[] key = keys.getOrDefault(host.name(), "").strip().split(" ");
      if (key.length < 2) {
        throw new IllegalArgumentException("no public key of " + host.name());
      }
      text.append(
          "%s,%s,%s %s %s\n".formatted(host.name(), host.ipv4(), host.ipv6(), key[0], key[1]));
    }
    return text.toString();
  }

  private static List<String> group(Map<String, List<String>> groups, String name) {
    return groups.computeIfAbsent(name, unused -> new ArrayList<>());
  }
}
