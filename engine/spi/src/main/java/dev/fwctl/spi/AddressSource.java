package dev.fwctl.spi;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Place;
import java.nio.file.Path;
import org.pf4j.ExtensionPoint;

/** Reads a named set of addresses from somewhere, as in {@code office: {file: office.txt}}. */
public interface AddressSource extends ExtensionPoint {
  /** Returns the key that chooses this source in a policy document, such as {@code file}. */
  String key();

  /**
   * Reads the set.
   *
   * @param value what the document says after the key
   * @param place where it says so
   * @param folder the folder of the document
   * @throws dev.fwctl.model.FwctlException with every error of what was read, each with its place;
   *     an empty set is an error
   */
  AddressSet read(String value, Place place, Path folder);
}
