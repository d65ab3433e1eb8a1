package dev.fwctl.model.netfilter;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;

/**
 * An address set in the kernel (ipset).
 *
 * @param name its name
 * @param family the family of its members
 * @param members its members
 */
public record NamedSet(String name, Family family, AddressSet members) {
  public NamedSet {
    requireNonNull(name, "name is null");
    requireNonNull(family, "family is null");
    requireNonNull(members, "members is null");
  }
}
