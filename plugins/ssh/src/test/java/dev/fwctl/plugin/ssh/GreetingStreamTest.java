package dev.fwctl.plugin.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GreetingStreamTest {
  @Property
  void passesOnTheIdentificationAndAllThatFollows(@ForAll @Size(max = 3000) byte[] rest)
      throws IOException {
    byte[] identification = "SSH-2.0-test\r\n".getBytes(UTF_8);
    assertThat(read("", identification, rest)).isEqualTo(joined(identification, rest));
    assertThat(read("welcome\r\nto us\n", identification, rest))
        .isEqualTo(joined(identification, rest));
  }

  @Property
  void endsWhateverComes(@ForAll @Size(max = 20_000) byte[] bytes) {
    try {
      assertThat(new GreetingStream(new ByteArrayInputStream(bytes)).readAllBytes())
          .hasSizeLessThanOrEqualTo(bytes.length);
    } catch (IOException refused) {
      assertThat(refused).isInstanceOf(NoGreetingException.class);
    }
  }

  @Test
  void tellsWhatWasSaidInstead() {
    NoGreetingException closed =
        catchThrowableOfType(
            NoGreetingException.class,
            () -> read("Exceeded MaxStartups\r\n", new byte[0], new byte[0]));
    assertThat(closed.closed()).isTrue();
    assertThat(closed.said()).isEqualTo("Exceeded MaxStartups\r\n");
  }

  @Test
  void doesNotReadOnForEver() {
    NoGreetingException talking =
        catchThrowableOfType(
            NoGreetingException.class,
            () -> read("x".repeat(9000), "SSH-2.0-late\r\n".getBytes(UTF_8), new byte[0]));
    assertThat(talking.closed()).isFalse();
  }

  private static byte[] read(String before, byte[] identification, byte[] rest) throws IOException {
    byte[] all = joined(before.getBytes(UTF_8), joined(identification, rest));
    return new GreetingStream(new ByteArrayInputStream(all)).readAllBytes();
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
