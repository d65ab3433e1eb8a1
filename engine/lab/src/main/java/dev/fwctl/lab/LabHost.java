package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;

/**
 * A host of a lab. It faces the world with {@code eth0}, which has one address of each family.
 *
 * @param number counted from 1 within the lab
 * @param spec what was asked for
 */
public record LabHost(int number, HostSpec spec) {
  public LabHost {
    requireNonNull(spec, "spec is null");
  }

  public String name() {
    return spec.name();
  }

  public IpAddress ipv4() {
    return AddressPlan.hostIpv4(number);
  }

  public IpAddress ipv6() {
    return AddressPlan.hostIpv6(number);
  }

  public IpAddress address(Family family) {
    return switch (family) {
      case IPV4 -> ipv4();
      case IPV6 -> ipv6();
    };
  }
}
