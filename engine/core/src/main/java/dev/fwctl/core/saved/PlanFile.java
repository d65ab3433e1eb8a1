package dev.fwctl.core.saved;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.plan.Change;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.saved.Fields.Unexpected;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Sha256;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.FirewallBackend;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A file that holds a plan; {@code PLAN-FORMAT.md} describes it. */
public final class PlanFile {
  /** A file beyond this, in bytes, is no plan. */
  private static final long SIZE_LIMIT = 512L << 20;

  private final Path path;
  private final String name;

  /**
   * Names a file.
   *
   * @param base the folder that a relative path starts from
   * @param name the path as the user typed it
   */
  public PlanFile(Path base, String name) {
    this.path = base.resolve(name);
    this.name = requireNonNull(name, "name is null");
  }

  /** Returns the name that the user typed. */
  public String name() {
    return name;
  }

  /**
   * Checks that a plan can be saved here: there is nothing yet, or an older plan, in a folder that
   * takes a file.
   *
   * @throws FwctlException with code PLAN_FILE
   */
  public void requireWritable() {
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      throw unwritable("there is no folder " + folder, "make it, or name another file");
    }
    if (!Files.isWritable(folder)) {
      throw unwritable("its folder can't be written", "name another file");
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isPlan()) {
      throw unwritable(
          "something is there that is not a saved plan", "take it away, or name another file");
    }
  }

  private Path folder() {
    return requireNonNull(path.toAbsolutePath().getParent(), "a file lies in a folder");
  }

  private boolean isPlan() {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] end = new byte[(int) Math.min(file.length(), Seal.LENGTH)];
      file.seek(file.length() - end.length);
      file.readFully(end);
      return Seal.isOn(end);
    } catch (IOException e) {
      return false;
    }
  }

  private FwctlException unwritable(String why, String hint) {
    return new FwctlException(
        Problem.of(ErrorCode.PLAN_FILE, "can't save the plan as " + name + ": " + why, hint));
  }

  /**
   * Saves a plan, as a whole or not at all; nobody but its owner may read the file.
   *
   * @throws FwctlException with code PLAN_FILE
   */
  public void write(SavedPlan saved) {
    requireWritable();
    byte[] bytes = bytes(saved);
    try {
      Path draft = Files.createTempFile(folder(), ".fwctl-", ".fwplan");
      try {
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
          ByteBuffer buffer = ByteBuffer.wrap(bytes);
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
          channel.force(true);
        }
        Files.move(
            draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw unwritable(reason(e), "make room, or name another file");
    }
  }

  /** Returns the content of the file; the same for equal plans. */
  static byte[] bytes(SavedPlan saved) {
    Artifacts artifacts = new Artifacts();
    HostFormat format = new HostFormat(artifacts);
    StringBuilder hosts = new StringBuilder();
    Set<Change> checked = Collections.newSetFromMap(new IdentityHashMap<>());
    for (HostPlan host : saved.plan().hosts()) {
      if (host instanceof HostPlan.Changed it && checked.add(it.change())) {
        requireReadable(it);
      }
      hosts.append(format.write(host, saved.bases()));
    }
    String manifest =
        ManifestFormat.write(
            new ManifestFormat.Contents(
                saved.manifest(),
                saved.isComplete(),
                saved.plan().warnings(),
                saved.plan().hosts().size(),
                Sha256.hex(hosts.toString())));
    return new Archive(manifest, hosts.toString(), artifacts.texts()).write();
  }

  /** Rules that somebody put into our chains by hand may be such as no text can be trusted with. */
  private static void requireReadable(HostPlan.Changed host) {
    Change change = host.change();
    for (OwnedRules rules : List.of(change.before(), change.wanted())) {
      if (!RulesFormat.read(RulesFormat.write(rules)).equals(rules)) {
        throw new FwctlException(
            Problem.of(
                ErrorCode.PLAN_FILE,
                "the rules of host " + host.host().name() + " can't be written into a plan",
                "leave the host out with --exclude, and use 'fwctl apply' for it"));
      }
    }
  }

  /**
   * Reads a plan.
   *
   * @param backends the firewalls, by name
   * @throws FwctlException with code PLAN_FILE when the file can't be read, was altered, is cut off
   *     or of another format, and with code PLUGIN when the plan is for a firewall that is not here
   */
  public SavedPlan read(Map<String, FirewallBackend> backends) {
    return parse(content(), name, backends);
  }

  private byte[] content() {
    try {
      if (Files.isDirectory(path)) {
        throw unreadable("it is a folder");
      }
      if (Files.size(path) > SIZE_LIMIT) {
        throw Seal.broken(name, "is larger than any plan");
      }
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw unreadable("there is no such file");
    } catch (IOException e) {
      throw unreadable(reason(e));
    }
  }

  private FwctlException unreadable(String why) {
    return new FwctlException(
        Problem.of(
            ErrorCode.PLAN_FILE,
            "can't read the plan " + name + ": " + why,
            "make one with 'fwctl plan --out " + name + "'"));
  }

  private static String reason(IOException e) {
    if (e instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getReason();
    }
    return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
  }

  static SavedPlan parse(byte[] bytes, String name, Map<String, FirewallBackend> backends) {
    Archive archive = Archive.read(bytes, name, Archive.Limits.DEFAULT);
    try {
      return parse(archive, backends);
    } catch (Unexpected | IllegalArgumentException | DateTimeException e) {
      throw Seal.broken(name, "makes no sense: " + e.getMessage());
    } catch (FwctlException e) {
      if (e.problems().getFirst().code() == ErrorCode.ANSWER_MALFORMED) {
        // The readers of rules and receipts speak of hosts.
        throw Seal.broken(name, "makes no sense: " + e.problems().getFirst().message());
      }
      throw e;
    }
  }

  private static SavedPlan parse(Archive archive, Map<String, FirewallBackend> backends) {
    ManifestFormat.Contents contents = ManifestFormat.read(archive.manifest());
    if (!Sha256.hex(archive.hosts()).equals(contents.hostsDigest())) {
      throw new Unexpected("the hosts are not those of the manifest");
    }
    Artifacts artifacts = new Artifacts(archive.artifacts());
    HostFormat format = new HostFormat(artifacts);
    Map<String, Basis> bases = new TreeMap<>();
    List<HostPlan> hosts = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String line : archive.hosts().lines().toList()) {
      HostPlan host = format.read(line, backends, bases);
      if (!names.add(host.host().name())) {
        throw new Unexpected("host " + host.host().name() + " is there twice");
      }
      hosts.add(host);
    }
    artifacts.requireAllUsed();
    SavedPlan saved =
        new SavedPlan(
            contents.manifest(), new Plan(hosts, contents.warnings()), new TreeMap<>(bases));
    if (hosts.size() != contents.hosts() || saved.isComplete() != contents.complete()) {
      throw new Unexpected("the hosts are not those that the manifest speaks of");
    }
    return saved;
  }
}
