package dev.fwctl.core.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.core.doctor.Diagnosis;
import dev.fwctl.core.doctor.Finding;
import java.util.Locale;

/** Writes as JSON what of a host's rules is needless or broken. */
final class DiagnosisJson {
  private DiagnosisJson() {}

  static void write(Diagnosis diagnosis, ObjectNode event) {
    event.put("host", diagnosis.host());
    ArrayNode findings = event.putArray("findings");
    diagnosis.findings().forEach(finding -> write(finding, findings.addObject()));
    ObjectNode programs = event.putObject("rules_of_programs");
    diagnosis.ofPrograms().forEach((owner, rules) -> programs.put(owner.toString(), rules));
    ArrayNode remarks = event.putArray("remarks");
    diagnosis.remarks().forEach(remarks::add);
  }

  private static void write(Finding finding, ObjectNode node) {
    node.put("family", finding.family().name().toLowerCase(Locale.ROOT));
    node.put("message", DoctorText.words(finding));
    switch (finding) {
      case Finding.NeverApplies it ->
          StepWords.write(it.step(), it.family(), node.put("type", "never_applies"))
              .put("reason", it.reason().name().toLowerCase(Locale.ROOT));
      case Finding.NeverReached it ->
          node.put("type", "never_reached")
              .put("table", it.table())
              .put("chain", it.chain())
              .put("rules", it.rules());
      case Finding.ToNowhere it ->
          StepWords.write(it.step(), it.family(), node.put("type", "to_nowhere"))
              .put("to", it.chain());
      case Finding.Unused it ->
          StepWords.write(it.step(), it.family(), node.put("type", "unused"))
              .put("seconds", it.since().toSeconds());
    }
  }
}
