package dev.fwctl.plugin.ssh;

import com.hierynomus.sshj.key.KeyAlgorithms;
import com.hierynomus.sshj.transport.cipher.BlockCiphers;
import com.hierynomus.sshj.transport.cipher.GcmCiphers;
import com.hierynomus.sshj.transport.kex.DHGroups;
import com.hierynomus.sshj.transport.kex.ExtInfoClientFactory;
import com.hierynomus.sshj.transport.mac.Macs;
import com.hierynomus.sshj.userauth.keyprovider.OpenSSHKeyV1KeyFile;
import java.security.Security;
import java.util.List;
import net.schmizz.keepalive.KeepAliveProvider;
import net.schmizz.sshj.Config;
import net.schmizz.sshj.ConfigImpl;
import net.schmizz.sshj.common.LoggerFactory;
import net.schmizz.sshj.common.SecurityUtils;
import net.schmizz.sshj.transport.compression.NoneCompression;
import net.schmizz.sshj.transport.kex.Curve25519SHA256;
import net.schmizz.sshj.transport.kex.ECDHNistP;
import net.schmizz.sshj.transport.random.JCERandom;
import net.schmizz.sshj.transport.random.SingletonRandomFactory;
import net.schmizz.sshj.userauth.keyprovider.OpenSSHKeyFile;
import net.schmizz.sshj.userauth.keyprovider.PKCS8KeyFile;
import net.schmizz.sshj.userauth.keyprovider.PuTTYKeyFile;

/**
 * How we speak SSH: what OpenSSH offers since 6.5 (2014), and nothing weaker.
 *
 * <p>sshj's own default offers arcfour, triple DES, MD5, SHA-1 and the 1024 bit group, and tries
 * each cipher when it is made. Here is no SHA-1, no CBC and no DSA; and no group that the server
 * chooses, since a hostile one could choose a number that keeps a processor busy for hours. Strict
 * key exchange (the answer to CVE-2023-48795) is sshj's own doing.
 */
final class ClientConfig {
  private ClientConfig() {}

  /** Makes a configuration, which all connections of a run share. */
  static Config create() {
    // Loading Bouncy Castle takes longer than a login, and the JDK has all that is offered here.
    SecurityUtils.setRegisterBouncyCastle(false);
    Security.addProvider(new EcdsaName());
    ConfigImpl config = new ConfigImpl();
    config.setLoggerFactory(LoggerFactory.DEFAULT);
    config.setVersion("fwctl");
    config.setRandomFactory(new SingletonRandomFactory(new JCERandom.Factory()));
    config.setKeepAliveProvider(KeepAliveProvider.HEARTBEAT);
    config.setVerifyHostKeyCertificates(true);
    config.setKeyExchangeFactories(
        List.of(
            CheckedKeyExchange.of(new Curve25519SHA256.Factory()),
            CheckedKeyExchange.of(new Curve25519SHA256.FactoryLibSsh()),
            CheckedKeyExchange.of(new ECDHNistP.Factory256()),
            CheckedKeyExchange.of(new ECDHNistP.Factory384()),
            CheckedKeyExchange.of(new ECDHNistP.Factory521()),
            CheckedKeyExchange.of(DHGroups.Group16SHA512()),
            CheckedKeyExchange.of(DHGroups.Group18SHA512()),
            CheckedKeyExchange.of(DHGroups.Group14SHA256()),
            new ExtInfoClientFactory()));
    config.setKeyAlgorithms(
        List.of(
            KeyAlgorithms.EdDSA25519CertV01(),
            KeyAlgorithms.EdDSA25519(),
            KeyAlgorithms.ECDSASHANistp256CertV01(),
            KeyAlgorithms.ECDSASHANistp256(),
            KeyAlgorithms.ECDSASHANistp384CertV01(),
            KeyAlgorithms.ECDSASHANistp384(),
            KeyAlgorithms.ECDSASHANistp521CertV01(),
            KeyAlgorithms.ECDSASHANistp521(),
            KeyAlgorithms.RSASHA512(),
            KeyAlgorithms.RSASHA256()));
    config.setCipherFactories(
        List.of(
            GcmCiphers.AES128GCM(),
            GcmCiphers.AES256GCM(),
            BlockCiphers.AES128CTR(),
            BlockCiphers.AES192CTR(),
            BlockCiphers.AES256CTR()));
    config.setMACFactories(
        List.of(
            Macs.HMACSHA2256Etm(), Macs.HMACSHA2512Etm(), Macs.HMACSHA2256(), Macs.HMACSHA2512()));
    config.setCompressionFactories(List.of(new NoneCompression.Factory()));
    config.setFileKeyProviderFactories(
        List.of(
            new OpenSSHKeyV1KeyFile.Factory(),
            new PKCS8KeyFile.Factory(),
            new OpenSSHKeyFile.Factory(),
            new PuTTYKeyFile.Factory()));
    return config;
  }
}
