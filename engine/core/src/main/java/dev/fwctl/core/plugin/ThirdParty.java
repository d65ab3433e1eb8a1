package dev.fwctl.core.plugin;

import dev.fwctl.core.plugin.PluginFolder.LockedJar;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.pf4j.DefaultPluginManager;
import org.pf4j.JarPluginLoader;
import org.pf4j.ManifestPluginDescriptorFinder;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginLoader;
import org.pf4j.PluginState;
import org.pf4j.PluginWrapper;

/**
 * Third-party plugins that are loaded.
 *
 * <p>They run from private copies of their jars, so that nobody can change a jar after its digest
 * was checked. The JVM opens jars lazily, so the copies stay until the end.
 */
final class ThirdParty implements AutoCloseable {
  private final Path copies;
  private final Manager manager;
  private final List<Found> extensions = new ArrayList<>();

  private ThirdParty(Path copies, Manager manager) {
    this.copies = copies;
    this.manager = manager;
  }

  /**
   * An extension and the plugin that it came from.
   *
   * @param extension the object
   * @param origin the plugin, for messages
   */
  record Found(Object extension, String origin) {}

  /**
   * Loads plugins.
   *
   * @param jars jars that were checked
   * @param version fwctl's version, which a plugin's {@code Plugin-Requires} must allow
   * @throws FwctlException with code PLUGIN at the first that can't be loaded
   */
  static ThirdParty load(Collection<LockedJar> jars, String version) {
    Path copies;
    try {
      // Only its owner may look into a temporary folder.
      copies = Files.createTempDirectory("fwctl-plugins");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ThirdParty loaded = new ThirdParty(copies, new Manager(copies, version));
    try {
      for (LockedJar jar : jars) {
        loaded.load(jar, version);
      }
      return loaded;
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }

  /** Returns what the plugins bring. */
  List<Found> extensions() {
    return List.copyOf(extensions);
  }

  /** Returns the folder of the private copies. */
  Path copies() {
    return copies;
  }

  private void load(LockedJar jar, String version) {
    String id = jar.entry().id();
    String origin = "plugin " + id + " " + jar.entry().version();
    try {
      Path copy = Files.write(copies.resolve(jar.entry().sha256() + ".jar"), jar.content());
      requireEqual(jar, new ManifestPluginDescriptorFinder().find(copy), version);
      String loaded = manager.loadPlugin(copy);
      PluginState state = manager.startPlugin(loaded);
      if (state != PluginState.STARTED) {
        PluginWrapper wrapper = manager.getPlugin(loaded);
        Throwable cause = wrapper.getFailedException();
        throw failed(
            jar,
            "it does not start",
            cause == null ? new IllegalStateException(state.toString()) : cause);
      }
      for (String name : new TreeSet<>(manager.getExtensionClassNames(loaded))) {
        Class<?> type = manager.getPluginClassLoader(loaded).loadClass(name);
        extensions.add(new Found(ExtensionLoader.instantiate(type), origin));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (FwctlException e) {
      throw e;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      throw failed(jar, "it can't be loaded", e);
    }
    if (extensions.stream().noneMatch(found -> found.origin().equals(origin))) {
      throw new FwctlException(
          Problem.at(
              jar.entry().place(),
              ErrorCode.PLUGIN,
              "plugin '%s' brings no extension".formatted(id),
              "its jar needs META-INF/extensions.idx; build it with pf4j's annotation processor"));
    }
  }

  private void requireEqual(LockedJar jar, PluginDescriptor manifest, String version) {
    PluginLock.Entry entry = jar.entry();
    if (!entry.id().equals(manifest.getPluginId())
        || !entry.version().equals(manifest.getVersion())) {
      throw new FwctlException(
          Problem.at(
              entry.place(),
              ErrorCode.PLUGIN,
              "%s calls itself %s %s in its manifest"
                  .formatted(jar.path(), manifest.getPluginId(), manifest.getVersion()),
              "list it by that Plugin-Id and Plugin-Version"));
    }
    if (!manifest.getDependencies().isEmpty()) {
      throw new FwctlException(
          Problem.at(
              entry.place(),
              ErrorCode.PLUGIN,
              "plugin '%s' depends on other plugins, which fwctl does not show it"
                  .formatted(entry.id()),
              "a plugin brings what it needs in its own jar"));
    }
    if (!manager.allows(manifest.getRequires())) {
      throw new FwctlException(
          Problem.at(
              entry.place(),
              ErrorCode.PLUGIN,
              "plugin '%s' %s is for fwctl %s; this is %s"
                  .formatted(entry.id(), entry.version(), manifest.getRequires(), version),
              "take a release of the plugin or of fwctl that goes with the other"));
    }
  }

  private static FwctlException failed(LockedJar jar, String what, Throwable cause) {
    return new FwctlException(
        Problem.at(
            jar.entry().place(),
            ErrorCode.PLUGIN,
            "plugin '%s': %s: %s".formatted(jar.entry().id(), what, cause),
            "a plugin sees only the JDK, dev.fwctl.spi and dev.fwctl.model; what else it needs must"
                + " be in its jar"),
        cause);
  }

  @Override
  public void close() {
    // Unloading stops first; pf4j's own loop over all plugins stumbles over what it removes.
    for (PluginWrapper plugin : List.copyOf(manager.getPlugins())) {
      manager.unloadPlugin(plugin.getPluginId());
    }
    try (Stream<Path> files = Files.list(copies)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(copies);
    } catch (IOException e) {
      // It lies in the system's folder for temporary files, which is emptied without us.
      copies.toFile().deleteOnExit();
    }
  }

  /** pf4j with jars only, manifests only, and a class loader that shows a plugin only the SPI. */
  private static final class Manager extends DefaultPluginManager {
    Manager(Path folder, String version) {
      super(folder);
      setSystemVersion(version);
    }

    boolean allows(String requirement) {
      return requirement.isBlank()
          || requirement.equals("*")
          || getSystemVersion().equals("0.0.0")
          || getVersionManager().checkVersionConstraint(getSystemVersion(), requirement.strip());
    }

    @Override
    protected PluginDescriptorFinder createPluginDescriptorFinder() {
      return new ManifestPluginDescriptorFinder();
    }

    @Override
    protected PluginLoader createPluginLoader() {
      return new JarPluginLoader(this) {
        @Override
        protected PluginClassLoader createPluginClassLoader(
            Path path, PluginDescriptor descriptor) {
          return new PluginClassLoader(Manager.this, descriptor, new PluginView()) {
            @Override
            protected boolean shouldDelegateToParent(String className) {
              return PluginView.shows(className);
            }
          };
        }
      };
    }
  }
}
