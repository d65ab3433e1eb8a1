package dev.fwctl.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.saved.Bases;
import dev.fwctl.core.saved.Plans;
import dev.fwctl.core.saved.SavedPlan;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Problem;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedPlanTextTest {
  @TempDir private Path folder;

  private SavedPlanText text() {
    ProblemText problems = new ProblemText(folder);
    return new SavedPlanText(new PlanText(Style.PLAIN, problems, false), problems);
  }

  @Test
  void theTextIsThatOfThePlanBelowWhereItComesFrom() {
    String plan =
        new PlanText(Style.PLAIN, new ProblemText(folder), false).plan(Plans.saved().plan());

    assertThat(text().text(Plans.saved()))
        .isEqualTo(
            """
            Planned 2026-11-23T10:00:04Z by ann@desk with fwctl 1.2.3, policies of commit
            c0ffeec0ffee with changes that were not committed, only web:&prod.

            """
                + plan);
  }

  @Test
  void markdownIsForAPullRequest() {
    assertThat(text().markdown(Plans.saved()))
        .isEqualTo(
            """
            ### fwctl plan

            **Plan: 2 to add, 0 to change, 1 to remove on 3 of 5 hosts (2 distinct changes; 1 unreachable, 1 drifted).**

            Planned 2026-11-23T10:00:04Z by ann\\@desk with fwctl 1.2.3, policies of commit c0ffeec0ffee with changes that were not committed, only web:\\&prod.

            #### Warnings

            ```
            inventories/hosts.yml:1:5: warning: a warning of the whole [FW020]

            inventories/hosts.yml:9:5: warning: mind `this` [FW021]
              hint: look
            ```

            #### Changed on the hosts since the last apply

            <details><summary>Rules</summary>

            ```diff
            web-02 (applied 2026-11-20T08:00:00Z by bob@desk)
              ipv4 mangle FWCTL-HOST
            !   -j RETURN
                  -> -j DROP
            - the rules will not last: a unit, fwctl.service or fwctl-firewalld.service,
                is not enabled
            ```

            </details>

            #### 2 hosts: web-01, web-02

            ```diff
            + 203.0.113.0/24, 2001:db8:7::/48 can now reach web 8081/tcp (as far as fwctl
                  can tell)
            ```

            <details><summary>Rules, change 3742b3df1900</summary>

            ```diff
              ipv4 mangle FWCTL-HOST
            +   -s 203.0.113.0/24 -p tcp -m tcp --dport 8081 -j RETURN
                    # policies/shop.yml:14 "shop"
            ```

            </details>

            #### web-03

            ```diff
            + 203.0.113.0/24, 2001:db8:7::/48 can now reach web 8081/tcp (as far as fwctl
                  can tell)
            ```

            <details><summary>Rules, change ee531405e081</summary>

            ```diff
              ipv4 mangle FWCTL-HOST
            -   -j DROP
            ```

            </details>

            #### Left alone

            ```
            ! web-05: left alone
            error: connection refused [FW030]
              hint: is sshd up?
            ```
            """);
  }

  @Test
  void nothingThatAHostSaysIsMarkup() {
    Plan plan =
        new Plan(
            List.of(
                new HostPlan.NotPlannable(
                    Plans.host("<b>*x*</b>"),
                    List.of(Problem.of(ErrorCode.UNREACHABLE, "```\n</details> ```` @everyone")),
                    List.of())),
            List.of());

    assertThat(
            text()
                .markdown(
                    SavedPlan.of(
                        Plans.saved().manifest(), plan, new Bases(unseen -> Optional.empty()))))
        .endsWith(
            """
            #### Left alone

            `````
            ! <b>*x*</b>: left alone
            error: ```\\n</details> ```` @everyone [FW030]
            `````
            """);
  }

  @Test
  void eventsTellWhereItComesFrom() {
    List<String> lines = new ArrayList<>();
    new Events(lines::add, InstantSource.fixed(Instant.parse("2026-11-23T10:00:00Z")))
        .savedPlan(Plans.saved());

    assertThat(lines)
        .containsExactly(
            "{\"@level\":\"info\",\"@message\":\"Planned 2026-11-23T10:00:04Z by ann@desk with fwctl"
                + " 1.2.3, policies of commit c0ffeec0ffee with changes that were not committed,"
                + " only web:&prod.\",\"@timestamp\":\"2026-11-23T10:00:00Z\",\"type\":\"saved_plan\","
                + "\"fwctl\":\"1.2.3\",\"started_at\":\"2026-11-23T10:00:00Z\","
                + "\"saved_at\":\"2026-11-23T10:00:04Z\",\"made_by\":\"ann@desk\","
                + "\"commit\":\"c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff\",\"dirty\":true,"
                + "\"policies_sha256\":\""
                + "a".repeat(64)
                + "\",\"inventory_sha256\":\""
                + "b".repeat(64)
                + "\",\"inventories\":[\"inventories\"],\"limit\":\"web:&prod\",\"complete\":false}");
  }
}
