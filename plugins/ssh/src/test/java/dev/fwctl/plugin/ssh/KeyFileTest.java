package dev.fwctl.plugin.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import com.hierynomus.sshj.userauth.certificate.Certificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import net.schmizz.sshj.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
  @TempDir Path folder;

  private final Config config = ClientConfig.create();

  @ParameterizedTest
  @CsvSource({
    "ed25519, ssh-ed25519",
    "ecdsa, ecdsa-sha2-nistp256",
    "ecdsa-pem, ecdsa-sha2-nistp256",
    "rsa, ssh-rsa",
    "rsa-pem, ssh-rsa",
    "rsa-pkcs8, ssh-rsa"
  })
  void readsWhatSshKeygenWrites(String name, String type) {
    assertThat(KeyFile.read(TestHosts.key(name), config))
        .isInstanceOfSatisfying(
            KeyFile.Usable.class,
            key -> assertThat(EncodedKey.of(key.pair().getPublic()).type()).isEqualTo(type));
  }

  @Test
  void readsThePublicKeyThatStandsBeside() throws IOException {
    String line = Files.readString(TestHosts.key("rsa.pub"));
    assertThat(KeyFile.read(TestHosts.key("rsa"), config))
        .isInstanceOfSatisfying(
            KeyFile.Usable.class,
            key ->
                assertThat(EncodedKey.of(key.pair().getPublic()))
                    .isEqualTo(new EncodedKey(line.split(" ")[1])));
  }

  @Test
  void takesTheCertificateThatStandsBeside() {
    assertThat(KeyFile.read(TestHosts.key("certified"), config))
        .isInstanceOfSatisfying(
            KeyFile.Usable.class,
            key -> assertThat(key.pair().getPublic()).isInstanceOf(Certificate.class));
  }

  @Test
  void knowsThePublicKeyOfALockedFile() throws IOException {
    String line = Files.readString(TestHosts.key("ed25519-locked.pub"));
    assertThat(KeyFile.read(TestHosts.key("ed25519-locked"), config))
        .isInstanceOfSatisfying(
            KeyFile.Locked.class,
            key -> assertThat(key.publicKey()).contains(new EncodedKey(line.split(" ")[1])));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa-pem-locked", "rsa-pkcs8-locked"})
  void knowsALockedFile(String name) {
    assertThat(KeyFile.read(TestHosts.key(name), config)).isInstanceOf(KeyFile.Locked.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "hello",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nMIIB\n",
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"
      })
  void aFileThatHoldsNoKey(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), text);
    assertThat(KeyFile.read(file, config)).isInstanceOf(KeyFile.Unusable.class);
  }

  @Test
  void aFolder() {
    assertThat(KeyFile.read(folder, config)).isEqualTo(new KeyFile.Unusable("it is a folder"));
  }

  @Test
  void noFile() {
    assertThat(KeyFile.read(folder.resolve("nowhere"), config)).isEqualTo(new KeyFile.Absent());
  }

  @Test
  void needsNoBouncyCastle() {
    assertThat(Security.getProvider("BC")).isNull();
  }
}
