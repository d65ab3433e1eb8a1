package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.campaign.Campaign;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.OnLab;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form of the fault campaign: each fault once, at a moment that its seed gives. */
@OnLab
class CampaignIT {
  private static final long SEED = 900;

  @Test
  void noFaultDoesHarm(@TempDir Path folder) {
    List<String> faults = Campaign.faults();
    Campaign.Settings settings =
        new Campaign.Settings(LabNames.fresh(), faults.size(), SEED, faults);
    assertThat(new Campaign(settings, folder, Program.launcher(), System.out::println).run())
        .as("violations")
        .isZero();
  }
}
