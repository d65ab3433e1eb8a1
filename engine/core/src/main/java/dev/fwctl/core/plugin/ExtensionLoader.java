package dev.fwctl.core.plugin;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.AddressSource;
import dev.fwctl.spi.ConnectionProvider;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.FirewallBackend;
import dev.fwctl.spi.InventorySource;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.pf4j.JarPluginManager;
import org.pf4j.PluginManager;

/** Finds what plugins bring. */
public final class ExtensionLoader {
  private ExtensionLoader() {}

  /**
   * Loads all extensions.
   *
   * @param folder the folder of further plugins; it may be missing
   * @throws FwctlException with code PLUGIN when two bring the same name
   */
  public static Extensions load(Path folder) {
    PluginManager manager = new JarPluginManager(folder);
    return new Extensions(
        named(manager.getExtensions(ConnectionProvider.class), ConnectionProvider::type),
        named(manager.getExtensions(FactGatherer.class), FactGatherer::name),
        manager.getExtensions(FirewallBackend.class).stream()
            .sorted(Comparator.comparing(FirewallBackend::name))
            .toList(),
        named(manager.getExtensions(AddressSource.class), AddressSource::key),
        manager.getExtensions(InventorySource.class));
  }

  private static <T> SortedMap<String, T> named(
      List<T> extensions, Function<? super T, String> name) {
    SortedMap<String, T> named = new TreeMap<>();
    for (T extension : extensions) {
      T other = named.put(name.apply(extension), extension);
      if (other != null) {
        throw new FwctlException(
            Problem.of(
                ErrorCode.PLUGIN,
                "two plugins bring '%s': %s and %s"
                    .formatted(
                        name.apply(extension),
                        other.getClass().getName(),
                        extension.getClass().getName()),
                "remove one of them"));
      }
    }
    return named;
  }
}
