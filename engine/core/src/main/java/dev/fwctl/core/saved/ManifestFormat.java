package dev.fwctl.core.saved;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.core.saved.Fields.Unexpected;
import dev.fwctl.model.Problem;
import java.time.Instant;
import java.util.List;

/** The manifest as JSON, on lines that a person reads as well. */
final class ManifestFormat {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * What the manifest says besides where the plan comes from.
   *
   * @param complete whether every host that was selected could be planned
   * @param warnings what the user should know of the repository as a whole
   * @param hosts how many hosts there are
   * @param hostsDigest the sha256 of the lines of the hosts
   */
  record Contents(
      Manifest manifest, boolean complete, List<Problem> warnings, int hosts, String hostsDigest) {}

  private ManifestFormat() {}

  static String write(Contents contents) {
    Manifest manifest = contents.manifest();
    ObjectNode root = JSON.createObjectNode();
    root.put("format", Seal.FORMAT);
    root.put("fwctl", manifest.fwctl());
    root.put("started_at", manifest.startedAt().toString());
    root.put("saved_at", manifest.savedAt().toString());
    root.put("made_by", manifest.madeBy());
    ObjectNode policies = root.putObject("policies");
    manifest.policies().commit().ifPresent(commit -> policies.put("commit", commit));
    policies.put("dirty", manifest.policies().dirty());
    policies.put("sha256", manifest.policies().digest());
    ObjectNode inventory = root.putObject("inventory");
    ArrayNode sources = inventory.putArray("sources");
    manifest.inventory().sources().forEach(sources::add);
    manifest.inventory().limit().ifPresent(limit -> inventory.put("limit", limit));
    manifest.inventory().exclude().ifPresent(exclude -> inventory.put("exclude", exclude));
    inventory.put("sha256", manifest.inventory().digest());
    root.put("complete", contents.complete());
    root.put("allow_unreachable", manifest.allowUnreachable());
    root.putObject("hosts").put("count", contents.hosts()).put("sha256", contents.hostsDigest());
    ProblemFormat.write(contents.warnings(), root.putArray("warnings"));
    return root.toPrettyString() + "\n";
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws Unexpected when the text is not of that form
   */
  static Contents read(String text) {
    return Fields.read(
        text,
        root -> {
          if (root.number("format") != Seal.FORMAT) {
            throw new Unexpected("its format is not that of the file");
          }
          Manifest manifest =
              new Manifest(
                  root.text("fwctl"),
                  Instant.parse(root.text("started_at")),
                  Instant.parse(root.text("saved_at")),
                  root.text("made_by"),
                  root.object("policies", ManifestFormat::policies),
                  root.object("inventory", ManifestFormat::inventory),
                  root.text("allow_unreachable"));
          boolean complete = root.flag("complete");
          List<Problem> warnings = root.objects("warnings", ProblemFormat::read);
          return root.object(
              "hosts",
              hosts ->
                  new Contents(
                      manifest, complete, warnings, hosts.number("count"), hosts.text("sha256")));
        });
  }

  private static Manifest.Policies policies(Fields fields) {
    return new Manifest.Policies(
        fields.optional("commit", fields::text), fields.flag("dirty"), fields.text("sha256"));
  }

  private static Manifest.Inventory inventory(Fields fields) {
    return new Manifest.Inventory(
        fields.texts("sources"),
        fields.optional("limit", fields::text),
        fields.optional("exclude", fields::text),
        fields.text("sha256"));
  }
}
