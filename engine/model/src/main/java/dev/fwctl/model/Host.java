package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A host of the inventory.
 *
 * @param name the name that the inventory gives it
 * @param groups every group that it is in, {@code all} included
 * @param connection how it is reached
 * @param place where the inventory first names it
 */
public record Host(
    String name, SortedSet<String> groups, ConnectionSettings connection, Place place) {
  public Host {
    requireNonNull(name, "name is null");
    groups = Collections.unmodifiableSortedSet(new TreeSet<>(groups));
    requireNonNull(connection, "connection is null");
    requireNonNull(place, "place is null");
  }
}
