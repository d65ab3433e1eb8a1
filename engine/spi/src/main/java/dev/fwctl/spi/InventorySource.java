package dev.fwctl.spi;

import dev.fwctl.model.InventoryTree;
import java.nio.file.Path;
import org.pf4j.ExtensionPoint;

/** Reads an inventory from a file or folder. */
public interface InventorySource extends ExtensionPoint {
  /** Tells, without reading more than it must, whether this source understands a file. */
  boolean accepts(Path path);

  /**
   * Reads the inventory.
   *
   * @throws dev.fwctl.model.FwctlException with every error of the file, each with its place
   */
  InventoryTree read(Path path);
}
