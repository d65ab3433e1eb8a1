package dev.fwctl.core.known;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Target;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whose a rule is, by the names that programs give their chains. Source: the sources of Docker,
 * ufw, firewalld, fail2ban, libvirt, kube-proxy and Calico.
 */
public enum RuleOwner {
  FWCTL("fwctl", "FWCTL.*"),
  DOCKER("Docker", "DOCKER.*"),
  UFW("ufw", "ufw6?-.*"),
  FIREWALLD("firewalld", "(IN|FWDI|FWDO|FWD|PRE|POST)_.+|.+_(ZONES|direct|POLICIES_(pre|post))"),
  FAIL2BAN("fail2ban", "f2b-.*"),
  LIBVIRT("libvirt", "LIBVIRT_.*"),
  KUBERNETES("Kubernetes", "KUBE-.*"),
  CALICO("Calico", "cali-.*");

  /** Interfaces that Docker makes. */
  private static final Pattern DOCKER_BRIDGE =
      Pattern.compile("docker0|docker_gwbridge|br-[0-9a-f]{12}");

  private final String program;
  private final Pattern chains;

  RuleOwner(String program, String chains) {
    this.program = program;
    this.chains = Pattern.compile(chains);
  }

  /** Returns whose a rule is; nothing where its place does not tell, as in a built-in chain. */
  public static Optional<RuleOwner> of(Step step) {
    Optional<RuleOwner> byChain = ofChain(step.chain());
    if (byChain.isPresent()) {
      return byChain;
    }
    return switch (step.rule().target().orElse(new Target.Return())) {
      case Target.Jump jump -> byName(jump.chain());
      case Target.Goto jump -> byName(jump.chain());
      default ->
          step.rule().matches().stream().anyMatch(RuleOwner::namesDockersBridge)
                  && (step.chain().equals("FORWARD") || step.table().equals("raw"))
              ? Optional.of(DOCKER)
              : Optional.empty();
    };
  }

  /** Returns whose the rules in a chain are; nothing where its name does not tell. */
  public static Optional<RuleOwner> ofChain(String chain) {
    // What stands in this chain is there for others.
    return chain.equals("DOCKER-USER") ? Optional.empty() : byName(chain);
  }

  private static Optional<RuleOwner> byName(String chain) {
    for (RuleOwner owner : values()) {
      if (owner.chains.matcher(chain).matches()) {
        return Optional.of(owner);
      }
    }
    return Optional.empty();
  }

  private static boolean namesDockersBridge(Match match) {
    return switch (match) {
      case Match.InInterface it -> DOCKER_BRIDGE.matcher(it.name()).matches();
      case Match.OutInterface it -> DOCKER_BRIDGE.matcher(it.name()).matches();
      default -> false;
    };
  }

  /** Returns the name of the program. */
  @Override
  public String toString() {
    return program;
  }
}
