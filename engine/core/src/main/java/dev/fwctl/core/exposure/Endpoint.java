package dev.fwctl.core.exposure;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.IpAddress;
import dev.fwctl.model.ProtocolPorts;
import java.util.List;

/** Something on a host, or behind it, that packets may come to. */
public sealed interface Endpoint {
  /** Returns the ports at which it takes packets. */
  ProtocolPorts ports();

  /**
   * A container.
   *
   * @param container its name
   * @param ports its ports, as they are inside
   * @param hostNetwork whether it has the host's network, so that these are the host's ports
   */
  record InContainer(String container, ProtocolPorts ports, boolean hostNetwork)
      implements Endpoint {
    public InContainer {
      requireNonNull(container, "container is null");
      requireNonNull(ports, "ports is null");
    }

    @Override
    public String toString() {
      return "container " + container + " " + ports + (hostNetwork ? " in the host's network" : "");
    }
  }

  /**
   * A program of the host itself.
   *
   * @param programs the names of its processes; empty if the host does not tell
   * @param ports the ports of the host
   */
  record AtHost(List<String> programs, ProtocolPorts ports) implements Endpoint {
    public AtHost {
      programs = List.copyOf(programs);
      requireNonNull(ports, "ports is null");
    }

    @Override
    public String toString() {
      return (programs.isEmpty() ? "port" : String.join(", ", programs)) + " " + ports;
    }
  }

  /**
   * Another machine, or a container that is not known, to which the host translates.
   *
   * @param address its address
   * @param ports its ports
   */
  record Behind(IpAddress address, ProtocolPorts ports) implements Endpoint {
    public Behind {
      requireNonNull(address, "address is null");
      requireNonNull(ports, "ports is null");
    }

    @Override
    public String toString() {
      return address + " " + ports;
    }
  }
}
