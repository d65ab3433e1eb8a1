package dev.fwctl.core.exposure;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Who can reach what on one host.
 *
 * @param host what the host is called
 * @param outside the interfaces that count as outside
 * @param exposures its endpoints, the worst first
 * @param remarks what was taken for granted or is not known, a sentence each
 * @param unseen what may decide on packets and was not looked at, a sentence each
 */
public record HostExposure(
    String host,
    List<String> outside,
    List<Exposure> exposures,
    List<String> remarks,
    List<String> unseen) {
  public HostExposure {
    requireNonNull(host, "host is null");
    outside = List.copyOf(outside);
    exposures = List.copyOf(exposures);
    remarks = List.copyOf(remarks);
    unseen = List.copyOf(unseen);
  }

  /** Returns the same of another host. */
  HostExposure of(String other) {
    return new HostExposure(other, outside, exposures, remarks, unseen);
  }
}
