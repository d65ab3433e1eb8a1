package dev.fwctl.core.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fwctl.core.plugin.PluginFolder.LockedJar;
import dev.fwctl.core.plugin.ThirdParty.Found;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.AddressSource;
import dev.fwctl.spi.ConnectionProvider;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.FirewallBackend;
import dev.fwctl.spi.InventorySource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Finds what plugins bring.
 *
 * <p>The built-in plugins are pf4j extensions on the class path. Their index is read here and not
 * by pf4j, whose plugin manager costs a short run more than all built-in plugins together; it is
 * made only where a plugin folder holds something.
 */
public final class ExtensionLoader {
  /** Where pf4j's annotation processor lists the extensions of a jar. */
  private static final String INDEX = "META-INF/extensions.idx";

  private static final String BUILT_IN = "fwctl itself";

  /** What pf4j calls a program that does not know its version; every requirement is met then. */
  private static final String NO_VERSION = "0.0.0";

  private ExtensionLoader() {}

  /**
   * Loads all extensions.
   *
   * @param folder the folder of further plugins with their {@code plugins.lock}; it may be missing
   * @throws FwctlException with code PLUGIN when two bring the same name, or when anything in the
   *     folder is not listed, was altered, or can't be loaded
   */
  public static Extensions load(Path folder) {
    return load(folder, ownVersion());
  }

  static Extensions load(Path folder, String version) {
    List<Found> found = new ArrayList<>(builtIn());
    List<LockedJar> jars = new PluginFolder(folder).read();
    if (jars.isEmpty()) {
      return sort(found, () -> {});
    }
    ThirdParty plugins = ThirdParty.load(jars, version);
    try {
      found.addAll(plugins.extensions());
      return sort(found, plugins::close);
    } catch (FwctlException e) {
      plugins.close();
      throw e;
    }
  }

  /** Returns fwctl's release without a suffix such as {@code -SNAPSHOT}. */
  private static String ownVersion() {
    String version = ExtensionLoader.class.getPackage().getImplementationVersion();
    if (version == null) {
      return NO_VERSION;
    }
    int suffix = version.indexOf('-');
    return suffix < 0 ? version : version.substring(0, suffix);
  }

  private static List<Found> builtIn() {
    SortedSet<String> names = new TreeSet<>();
    ClassLoader loader = ExtensionLoader.class.getClassLoader();
    try {
      for (URL index : Collections.list(loader.getResources(INDEX))) {
        URLConnection connection = index.openConnection();
        connection.setUseCaches(false);
        try (InputStream stream = connection.getInputStream()) {
          new String(stream.readAllBytes(), UTF_8)
              .lines()
              .map(line -> line.replaceFirst("#.*", "").strip())
              .filter(line -> !line.isEmpty())
              .forEach(names::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Found> found = new ArrayList<>();
    for (String name : names) {
      try {
        found.add(new Found(instantiate(Class.forName(name, true, loader)), BUILT_IN));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a built-in extension can't be made: " + name, e);
      }
    }
    return found;
  }

  static Object instantiate(Class<?> type) throws ReflectiveOperationException {
    Constructor<?> constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }

  private static Extensions sort(List<Found> all, Runnable release) {
    List<InventorySource> inventorySources = new ArrayList<>();
    for (Found found : all) {
      switch (found.extension()) {
        case InventorySource source -> inventorySources.add(source);
        case ConnectionProvider _, FactGatherer _, FirewallBackend _, AddressSource _ -> {}
        default ->
            throw new FwctlException(
                Problem.of(
                    ErrorCode.PLUGIN,
                    "%s of %s implements nothing of dev.fwctl.spi"
                        .formatted(found.extension().getClass().getName(), found.origin()),
                    "an extension implements one of its interfaces"));
      }
    }
    return new Extensions(
        named(all, ConnectionProvider.class, "connection type", ConnectionProvider::type),
        named(all, FactGatherer.class, "fact gatherer", FactGatherer::name),
        List.copyOf(named(all, FirewallBackend.class, "firewall", FirewallBackend::name).values()),
        named(all, AddressSource.class, "address source", AddressSource::key),
        inventorySources,
        release);
  }

  private static <T> SortedMap<String, T> named(
      List<Found> all, Class<T> type, String what, Function<? super T, String> name) {
    SortedMap<String, T> named = new TreeMap<>();
    Map<String, String> origins = new HashMap<>();
    for (Found found : all) {
      if (type.isInstance(found.extension())) {
        T extension = type.cast(found.extension());
        String called = name.apply(extension);
        String other = origins.put(called, found.origin());
        if (other != null) {
          throw new FwctlException(
              Problem.of(
                  ErrorCode.PLUGIN,
                  "the %s '%s' comes from %s and from %s"
                      .formatted(what, called, other, found.origin()),
                  "remove one of the plugins"));
        }
        named.put(called, extension);
      }
    }
    return named;
  }
}
