package dev.fwctl.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

final class LayoutTest {
  private static final LabFolders FOLDERS = new LabFolders(Path.of("/labs"), Path.of("/cache"));

  /** Taking one lab down must never take a part of another. */
  @Property
  void noLabHasANameThatBeginsLikeAnothers(
      @ForAll @StringLength(min = 1, max = 4) @CharRange(from = 'a', to = 'b') String one,
      @ForAll @StringLength(min = 1, max = 4) @CharRange(from = 'a', to = 'b') String other,
      @ForAll @StringLength(max = 4) @Chars({'a', 'b', '-'}) String host) {
    Layout first = new Layout(FOLDERS, one);
    Layout second = new Layout(FOLDERS, other);

    assertThat(first.namespace("a" + host).startsWith(second.namespacePrefix()))
        .isEqualTo(one.equals(other));
  }
}
