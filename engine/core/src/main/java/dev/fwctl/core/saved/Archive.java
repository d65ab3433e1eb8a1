package dev.fwctl.core.saved;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fwctl.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * The parts of a saved plan in one sealed zip file, in a fixed order and without times, so that
 * equal plans are equal files.
 *
 * @param manifest the text of the manifest
 * @param hosts a line a host
 * @param artifacts the texts that they refer to, by their sha256
 */
record Archive(String manifest, String hosts, SortedMap<String, String> artifacts) {
  static final String MANIFEST = "manifest.json";
  static final String HOSTS = "hosts.jsonl";
  private static final String ARTIFACTS = "artifacts/";

  /** The earliest time that a zip file can hold. Source: APPNOTE.TXT, 4.4.6. */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  Archive {
    artifacts = Collections.unmodifiableSortedMap(new TreeMap<>(artifacts));
  }

  /**
   * How much of a file we bear, in bytes; what is packed small can be large.
   *
   * @param entry the most that one entry may be
   * @param total the most that all entries together may be
   */
  record Limits(int entry, long total) {
    /** Many times what a plan for a hundred thousand hosts is. */
    static final Limits DEFAULT = new Limits(256 << 20, 1L << 30);
  }

  byte[] write() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes, UTF_8)) {
      zip.setComment(Seal.blank());
      put(zip, MANIFEST, manifest);
      put(zip, HOSTS, hosts);
      for (var artifact : artifacts.entrySet()) {
        put(zip, ARTIFACTS + artifact.getKey(), artifact.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] file = bytes.toByteArray();
    Seal.close(file);
    return file;
  }

  private static void put(ZipOutputStream zip, String name, String text) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(NO_TIME);
    zip.putNextEntry(entry);
    zip.write(text.getBytes(UTF_8));
    zip.closeEntry();
  }

  /**
   * Opens a file.
   *
   * @param name the file's name, for messages
   * @throws dev.fwctl.model.FwctlException with code PLAN_FILE when it is not a whole plan of this
   *     format: altered, cut off, with an entry that is missing, unknown, doubled, too large or not
   *     what its name says
   */
  static Archive read(byte[] file, String name, Limits limits) {
    Seal.check(file, name);
    Reading reading = new Reading(name, limits);
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file), UTF_8)) {
      String manifest = reading.text(zip, MANIFEST);
      String hosts = reading.text(zip, HOSTS);
      SortedMap<String, String> artifacts = new TreeMap<>();
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String digest =
            entry.getName().startsWith(ARTIFACTS)
                ? entry.getName().substring(ARTIFACTS.length())
                : "";
        if (!digest.matches("[0-9a-f]{64}")) {
          throw Seal.broken(name, "holds something that is no part of a plan");
        }
        byte[] content = reading.bytes(zip);
        if (!Sha256.hex(content).equals(digest)) {
          throw Seal.broken(name, "holds an artifact that is not the one it is called");
        }
        // In the order of their names, which a name that comes twice is not.
        if (!artifacts.isEmpty() && artifacts.lastKey().compareTo(digest) >= 0) {
          throw Seal.broken(name, "holds an artifact twice or out of order");
        }
        artifacts.put(digest, new String(content, UTF_8));
      }
      return new Archive(manifest, hosts, artifacts);
    } catch (ZipException | IllegalArgumentException e) {
      throw Seal.broken(name, "is not put together as a saved plan is");
    } catch (IOException e) {
      throw Seal.broken(name, "breaks off within an entry");
    }
  }

  /** Counts what was read of a file. */
  private static final class Reading {
    private final String name;
    private final Limits limits;
    private long left;

    Reading(String name, Limits limits) {
      this.name = name;
      this.limits = limits;
      this.left = limits.total();
    }

    String text(ZipInputStream zip, String expected) throws IOException {
      ZipEntry entry = zip.getNextEntry();
      if (entry == null || !entry.getName().equals(expected)) {
        throw Seal.broken(name, "has no " + expected + " where one is expected");
      }
      return new String(bytes(zip), UTF_8);
    }

    byte[] bytes(ZipInputStream zip) throws IOException {
      int most = (int) Math.min(limits.entry(), left);
      byte[] content = zip.readNBytes(most);
      if (content.length == most && zip.read() >= 0) {
        throw Seal.broken(name, "is larger than any plan");
      }
      left -= content.length;
      return content;
    }
  }
}
