package dev.fwctl.model;

/**
 * What happens to fwctl's rules when the host starts, or a firewalld on it.
 *
 * @param loadsRules whether what was applied last is put in force again
 */
public record BootFacts(boolean loadsRules) implements Fact {}
