package dev.fwctl.plugin.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.schmizz.sshj.common.Buffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyShapeTest {
  @ParameterizedTest
  @ValueSource(strings = {"ed25519.public", "ecdsa.pub", "rsa.pub", "certified-cert.pub"})
  void keysAsTheyAre(String name) throws IOException {
    byte[] key = key(name);
    assertThatCode(() -> KeyShape.check(key)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31, 33, 100_000_000, Integer.MAX_VALUE, -1})
  void aLengthThatAnEd25519KeyDoesNotHave(int length) {
    byte[] type = "ssh-ed25519".getBytes(UTF_8);
    byte[] key =
        ByteBuffer.allocate(4 + type.length + 4 + 40)
            .putInt(type.length)
            .put(type)
            .putInt(length)
            .array();
    assertThatExceptionOfType(Buffer.BufferException.class).isThrownBy(() -> KeyShape.check(key));
  }

  @Property
  void aKeyWithAnotherLengthSomewhereIsRefusedOrReadable(
      @ForAll @IntRange(max = 3) int which,
      @ForAll @IntRange(max = 300) int position,
      @ForAll byte value)
      throws IOException {
    byte[] key =
        key(new String[] {"ed25519.public", "ecdsa.pub", "rsa.pub", "certified-cert.pub"}[which]);
    key[position % key.length] = value;
    readIfItPasses(key);
  }

  @Property
  void anyBytes(@ForAll @Size(max = 200) byte[] bytes) throws IOException {
    readIfItPasses(bytes);
  }

  /** What passes is read by sshj without an Error, such as that of a memory used up. */
  private static void readIfItPasses(byte[] key) throws IOException {
    try {
      KeyShape.check(key);
    } catch (Buffer.BufferException refused) {
      return;
    }
    try {
      new Buffer.PlainBuffer(key).readPublicKey();
    } catch (Buffer.BufferException | RuntimeException refused) {
      // sshj may well find that it is no key.
    }
  }

  private static byte[] key(String name) throws IOException {
    return new EncodedKey(Files.readString(TestHosts.key(name)).split(" ")[1]).encoded();
  }
}
