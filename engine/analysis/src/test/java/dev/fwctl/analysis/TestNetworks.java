package dev.fwctl.analysis;

import dev.fwctl.model.IpAddress;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import java.util.Arrays;

/** What the networks of tests are made of. */
final class TestNetworks {
  private TestNetworks() {}

  /** Returns an interface with addresses such as {@code 192.0.2.11/24}. */
  static NetworkInterface link(String name, String... addresses) {
    return new NetworkInterface(
        name, "", true, Arrays.stream(addresses).map(TestNetworks::address).toList());
  }

  private static InterfaceAddress address(String text) {
    String[] parts = text.split("/");
    return new InterfaceAddress(IpAddress.of(parts[0]), Integer.parseInt(parts[1]));
  }
}
