package dev.fwctl.core.doctor;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.known.RuleOwner;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was found on a host.
 *
 * @param host its name
 * @param findings what somebody should look at
 * @param ofPrograms how many rules never apply, or lead nowhere, that a program wrote for what may
 *     come
 * @param remarks what should be known of all this, a sentence each
 */
public record Diagnosis(
    String host,
    List<Finding> findings,
    SortedMap<RuleOwner, Integer> ofPrograms,
    List<String> remarks) {
  public Diagnosis {
    requireNonNull(host, "host is null");
    findings = List.copyOf(findings);
    ofPrograms = new TreeMap<>(ofPrograms);
    remarks = List.copyOf(remarks);
  }
}
