package dev.fwctl.cli;

import java.lang.reflect.Constructor;
import java.nio.file.Path;
import picocli.CommandLine;

/** Makes commands that know where to print and which folder they run in. */
final class Commands implements CommandLine.IFactory {
  private final Terminal terminal;
  private final Path base;
  private final Output output;

  Commands(Terminal terminal, Path base) {
    this.terminal = terminal;
    this.base = base;
    this.output = new Output(terminal);
  }

  /** Returns where the events of all commands go. */
  Output output() {
    return output;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == 1
          && constructor.getParameterTypes()[0] == Context.class) {
        return type.cast(constructor.newInstance(new Context(terminal, base, output)));
      }
    }
    return CommandLine.defaultFactory().create(type);
  }
}
