package dev.fwctl.model;

/**
 * What happens to fwctl's rules when the host starts.
 *
 * @param loadsRules whether what was applied last is put in force before Docker starts
 */
public record BootFacts(boolean loadsRules) implements Fact {}
