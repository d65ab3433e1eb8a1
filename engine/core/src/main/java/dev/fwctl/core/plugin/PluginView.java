package dev.fwctl.core.plugin;

import dev.fwctl.spi.FactGatherer;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a third-party plugin sees of the program: the JDK, the SPI, the model and the three
 * libraries that their types come from; nothing else of fwctl, none of its libraries.
 *
 * <p>So a plugin may bring any release of any library, and no refactoring of fwctl breaks it.
 */
final class PluginView extends ClassLoader {
  /** The packages that are shown, with their subpackages. */
  private static final List<String> SHOWN =
      List.of("dev.fwctl.spi.", "dev.fwctl.model.", "org.pf4j.", "org.slf4j.", "org.jspecify.");

  private final ClassLoader program;

  PluginView() {
    super("fwctl's view for plugins", ClassLoader.getPlatformClassLoader());
    this.program = FactGatherer.class.getClassLoader();
  }

  /** Tells whether a class is fwctl's to bring, even where a plugin's jar holds one of its name. */
  static boolean shows(String className) {
    return SHOWN.stream().anyMatch(className::startsWith);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    return shows(name) ? program.loadClass(name) : super.loadClass(name, resolve);
  }

  @Override
  public @Nullable URL getResource(String name) {
    return null;
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    return Collections.emptyEnumeration();
  }
}
