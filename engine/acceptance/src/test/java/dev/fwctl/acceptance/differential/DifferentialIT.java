package dev.fwctl.acceptance.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.model.NetworkFacts;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import net.jqwik.api.sessions.JqwikSession;
import org.junit.jupiter.api.Test;

/** The short form of the differential test: some rulesets on a host of each kind. */
@OnLab
class DifferentialIT {
  private static final long PAIRS = 2_000;
  private static final long SEED = 900;

  @Test
  void theKernelDoesWhatTheAnalysisSays() throws IOException {
    assertThat(new Differential(PAIRS, SEED, System.out::println).run(LabNames.fresh()))
        .as("rulesets on which the answers differ")
        .isZero();
  }

  /** Were it the other way round, that nothing is found would mean nothing. */
  @Test
  void findsWhatIsWrongAndMakesItSmall() throws IOException {
    HostSpec host = HostSpec.plain("bookworm", "bookworm");
    try (Lab lab = Lab.up(LabSpec.of(LabNames.fresh(), host));
        Site site = new Site(lab, host.name())) {
      NetworkFacts facts = site.shape(Topology.draw(new Random(SEED)));
      NetworkFacts wrong =
          new NetworkFacts(facts.hostname(), facts.interfaces(), List.of(), facts.ipv6());
      JqwikSession.run(
          () -> {
            Trial trial = Trial.draw(SEED, facts);
            assertThat(new Examination(site, facts, trial).run().disagreements()).isEmpty();

            Shrinking.Smallest smallest = new Shrinking(site, wrong).of(trial);
            assertThat(smallest.disagreements()).isNotEmpty();
            assertThat(smallest.trial().shots()).hasSize(1);
            assertThat(smallest.trial().smaller()).isEmpty();
          });
    }
  }
}
