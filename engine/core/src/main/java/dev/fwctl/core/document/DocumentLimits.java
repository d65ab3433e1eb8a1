package dev.fwctl.core.document;

/**
 * How much of a document we bear; what goes beyond is refused before it costs memory or time.
 *
 * @param bytes the largest file, in bytes
 * @param nodes the most nodes that a walk through the tree may meet, what aliases repeat counted
 *     each time
 * @param depth the deepest nesting, through aliases too
 */
public record DocumentLimits(int bytes, int nodes, int depth) {
  /**
   * 4 MiB, a million nodes, a hundred levels: far beyond what people write and far below what
   * hurts.
   */
  public static final DocumentLimits DEFAULT = new DocumentLimits(4 << 20, 1_000_000, 100);

  public DocumentLimits {
    if (bytes < 1 || nodes < 1 || depth < 1) {
      throw new IllegalArgumentException("limits are not positive");
    }
  }
}
