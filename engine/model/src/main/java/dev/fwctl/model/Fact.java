package dev.fwctl.model;

/**
 * What one gatherer learnt of a host: an immutable record.
 *
 * <p>The engine knows those of this package; a plugin may bring its own, which {@code fwctl facts}
 * shows all the same.
 */
public interface Fact {}
