package dev.fwctl.plugin.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Place;
import dev.fwctl.plugin.ssh.KnownHosts.Judgement;
import dev.fwctl.plugin.ssh.PresentedKey.CertificateClaims;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownHostsTest {
  private static final EncodedKey KEY = key("ssh-ed25519", "one");
  private static final EncodedKey OTHER = key("ssh-ed25519", "another");
  private static final EncodedKey ECDSA = key("ecdsa-sha2-nistp256", "one");
  private static final EncodedKey RSA = key("ssh-rsa", "one");
  private static final EncodedKey AUTHORITY = key("ssh-ed25519", "authority");

  @TempDir Path folder;

  @Test
  void aNameInAList() throws IOException {
    KnownHosts hosts = read(line("web1,192.0.2.1,WEB1.example.com", KEY));
    assertThat(judge(hosts, "web1", 22, KEY)).isInstanceOf(Judgement.Known.class);
    assertThat(judge(hosts, "192.0.2.1", 22, KEY)).isInstanceOf(Judgement.Known.class);
    assertThat(judge(hosts, "Web1.Example.com", 22, KEY)).isInstanceOf(Judgement.Known.class);
    assertThat(judge(hosts, "web2", 22, KEY)).isInstanceOf(Judgement.Unknown.class);
  }

  @Test
  void aPortOfItsOwn() throws IOException {
    KnownHosts hosts = read(line("[web1]:2222", KEY), line("web1", OTHER));
    assertThat(judge(hosts, "web1", 2222, KEY)).isInstanceOf(Judgement.Known.class);
    assertThat(judge(hosts, "web1", 22, OTHER)).isInstanceOf(Judgement.Known.class);
    assertThat(judge(hosts, "web1", 2222, OTHER)).isInstanceOf(Judgement.Changed.class);
  }

  @Test
  void theKeyOfTheUsualPortAtAnother() throws IOException {
    KnownHosts hosts = read(line("web1", KEY));
    assertThat(judge(hosts, "web1", 2222, KEY)).isInstanceOf(Judgement.Known.class);
    assertThat(judge(hosts, "web1", 2222, OTHER)).isInstanceOf(Judgement.Unknown.class);
  }

  @Test
  void aNameThatIsTakenOut() throws IOException {
    KnownHosts hosts = read(line("!db.example.com,*.example.com", KEY));
    assertThat(judge(hosts, "web.example.com", 22, KEY)).isInstanceOf(Judgement.Known.class);
    assertThat(judge(hosts, "db.example.com", 22, KEY)).isInstanceOf(Judgement.Unknown.class);
    assertThat(judge(hosts, "elsewhere.net", 22, KEY)).isInstanceOf(Judgement.Unknown.class);
  }

  @Test
  void hashedNames() throws IOException {
    KnownHosts hosts =
        read(line(hash("192.0.2.7", "salt"), KEY), line(hash("[192.0.2.7]:2222", "s"), OTHER));
    assertThat(judge(hosts, "192.0.2.7", 22, KEY)).isInstanceOf(Judgement.Known.class);
    assertThat(judge(hosts, "192.0.2.7", 2222, OTHER)).isInstanceOf(Judgement.Known.class);
    assertThat(judge(hosts, "192.0.2.8", 22, KEY)).isInstanceOf(Judgement.Unknown.class);
  }

  @Test
  void aHashThatSshKeygenMade() throws IOException {
    KnownHosts hosts =
        read(line("|1|pCFRSnJtLGx1kXLo7o9aFqsASaw=|/ZgAHMDgvSRLYh02DtwPKuiBrLk=", KEY));
    assertThat(judge(hosts, "192.0.2.7", 22, KEY)).isInstanceOf(Judgement.Known.class);
  }

  @Property(tries = 200)
  void aHashedNameIsForThatNameOnly(
      @ForAll @AlphaChars @StringLength(min = 1, max = 20) String name,
      @ForAll @AlphaChars @StringLength(min = 1, max = 20) String other) {
    KnownHostLine line =
        KnownHostLine.read(line(hash(name, "some salt"), KEY), new Place("known_hosts", 1, 1))
            .orElseThrow();
    assertThat(line.matches(name)).isTrue();
    assertThat(line.matches(other)).isEqualTo(name.equals(other));
  }

  @Test
  void aChangedKeySaysTheLineOfTheOld() throws IOException {
    KnownHosts hosts = read("# comment", "", line("web1", ECDSA), line("web1", OTHER));
    assertThat(judge(hosts, "web1", 22, KEY))
        .isInstanceOfSatisfying(
            Judgement.Changed.class,
            changed -> {
              assertThat(changed.line().key()).isEqualTo(OTHER);
              assertThat(changed.line().place().line()).isEqualTo(4);
            });
  }

  @Test
  void revokedWinsWhereverItStands() throws IOException {
    assertThat(judge(read(line("web1", KEY), line("@revoked *", KEY)), "web1", 22, KEY))
        .isInstanceOf(Judgement.Revoked.class);
    assertThat(judge(read(line("@revoked *", KEY), line("web1", KEY)), "web1", 22, KEY))
        .isInstanceOf(Judgement.Revoked.class);
    assertThat(judge(read(line("[web1]:2222", KEY), line("@revoked web1", KEY)), "web1", 2222, KEY))
        .isInstanceOf(Judgement.Revoked.class);
    assertThat(judge(read(line("web1", KEY), line("@revoked *", OTHER)), "web1", 22, KEY))
        .isInstanceOf(Judgement.Known.class);
  }

  @Test
  void aCertificateOfAKnownAuthority() throws IOException {
    KnownHosts hosts = read(line("@cert-authority *.example.com", AUTHORITY));
    PresentedKey presented = certified(true, false, "ssh-ed25519");
    assertThat(hosts.judge("web1.example.com", 22, presented)).isInstanceOf(Judgement.Known.class);
    assertThat(hosts.judge("web1.example.net", 22, presented))
        .isInstanceOf(Judgement.Unknown.class);
    assertThat(judge(hosts, "web1.example.com", 22, KEY))
        .isEqualTo(new Judgement.Unknown(Optional.of(new Place(file().toString(), 1, 1))));
  }

  @Test
  void anAuthorityIsNoHost() throws IOException {
    KnownHosts hosts = read(line("@cert-authority *", KEY));
    assertThat(judge(hosts, "web1", 22, KEY)).isInstanceOf(Judgement.Unknown.class);
  }

  @Test
  void certificatesThatProveNothing() throws IOException {
    KnownHosts hosts = read(line("@cert-authority *", AUTHORITY));
    assertThat(hosts.judge("web1", 22, certified(false, false, "ssh-ed25519")))
        .isInstanceOf(Judgement.BadCertificate.class);
    assertThat(hosts.judge("web1", 22, certified(true, true, "ssh-ed25519")))
        .isInstanceOf(Judgement.BadCertificate.class);
    assertThat(hosts.judge("web1", 22, certified(true, false, "ssh-rsa")))
        .isInstanceOf(Judgement.BadCertificate.class);
  }

  @Test
  void aRevokedAuthority() throws IOException {
    KnownHosts hosts = read(line("@cert-authority *", AUTHORITY), line("@revoked *", AUTHORITY));
    assertThat(hosts.judge("web1", 22, certified(true, false, "ssh-ed25519")))
        .isInstanceOf(Judgement.Revoked.class);
  }

  @Test
  void theKeyInACertificateMayBeKnownByItself() throws IOException {
    KnownHosts hosts = read(line("web1", KEY));
    assertThat(hosts.judge("web1", 22, certified(false, false, "ssh-ed25519")))
        .isInstanceOf(Judgement.Known.class);
  }

  @Test
  void asksForTheTypesThatAreKnown() throws IOException {
    KnownHosts hosts =
        read(line("web1", RSA), line("web1", ECDSA), line("[web2]:2222", KEY), line("web3", KEY));
    assertThat(hosts.knownTypes("web1", 22))
        .containsExactly("rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256");
    assertThat(hosts.knownTypes("web2", 2222)).containsExactly("ssh-ed25519");
    assertThat(hosts.knownTypes("web3", 2222)).containsExactly("ssh-ed25519");
    assertThat(hosts.knownTypes("web4", 22)).isEmpty();
  }

  @Test
  void linesThatMakeNoSenseAreNobodys() throws IOException {
    KnownHosts hosts =
        read(
            "web1",
            "web1 ssh-ed25519",
            "web1 ssh-ed25519 !!!",
            "@unknown-marker web1 ssh-ed25519 " + KEY.base64(),
            "|1|broken ssh-ed25519 " + KEY.base64(),
            "|1|%%|%% ssh-ed25519 " + KEY.base64());
    assertThat(judge(hosts, "web1", 22, KEY)).isInstanceOf(Judgement.Unknown.class);
  }

  @Test
  void aFileThatIsNotThere() {
    KnownHosts hosts = KnownHosts.read(List.of(folder.resolve("nowhere")));
    assertThat(judge(hosts, "web1", 22, KEY)).isEqualTo(new Judgement.Unknown(Optional.empty()));
  }

  @Test
  void fingerprintsAreThoseOfSshKeygen() throws IOException {
    String line = Files.readString(TestHosts.key("ed25519.public"));
    assertThat(new EncodedKey(line.split(" ")[1]).fingerprint())
        .isEqualTo("SHA256:t9GnOu+AKQw/G63K89CPgmRJ1kqJx4W4owlqlKIjk2A");
  }

  private Path file() {
    return folder.resolve("known_hosts");
  }

  private KnownHosts read(String... lines) throws IOException {
    Files.writeString(file(), String.join("\n", lines));
    return KnownHosts.read(List.of(file()));
  }

  private static Judgement judge(KnownHosts hosts, String address, int port, EncodedKey key) {
    return hosts.judge(address, port, new PresentedKey(key, Optional.empty()));
  }

  private static PresentedKey certified(
      boolean forHosts, boolean criticalOptions, String signatureType) {
    return new PresentedKey(
        KEY,
        Optional.of(new CertificateClaims(AUTHORITY, forHosts, criticalOptions, signatureType)));
  }

  private static String line(String hosts, EncodedKey key) {
    return hosts + " " + key.type() + " " + key.base64() + " a comment";
  }

  private static EncodedKey key(String type, String content) {
    byte[] name = type.getBytes(UTF_8);
    byte[] bytes = content.getBytes(UTF_8);
    return EncodedKey.of(
        ByteBuffer.allocate(4 + name.length + bytes.length)
            .putInt(name.length)
            .put(name)
            .put(bytes)
            .array());
  }

  private static String hash(String name, String salt) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(salt.getBytes(UTF_8), "HmacSHA1"));
      Base64.Encoder base64 = Base64.getEncoder();
      return "|1|"
          + base64.encodeToString(salt.getBytes(UTF_8))
          + "|"
          + base64.encodeToString(mac.doFinal(name.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
