package dev.fwctl.plugin.ssh;

import java.io.Serial;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyFactorySpi;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.util.List;
import java.util.Map;

/**
 * Lets the JDK's key factory {@code EC} be found as {@code ECDSA}.
 *
 * <p>sshj asks for keys of elliptic curves by the name that Bouncy Castle has for them (its class
 * {@code KeyAlgorithm}); the JDK has the same factory under the name of its own list, {@code EC}.
 */
final class EcdsaName extends Provider {
  @Serial private static final long serialVersionUID = 1L;

  EcdsaName() {
    super("fwctl-ecdsa", "1", "The JDK's EC key factory under the name ECDSA");
    putService(
        new Service(this, "KeyFactory", "ECDSA", EcKeys.class.getName(), List.of(), Map.of()) {
          @Override
          public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
            return new EcKeys();
          }
        });
  }

  private static final class EcKeys extends KeyFactorySpi {
    private final KeyFactory factory;

    EcKeys() throws NoSuchAlgorithmException {
      factory = KeyFactory.getInstance("EC");
    }

    @Override
    protected PublicKey engineGeneratePublic(KeySpec spec) throws InvalidKeySpecException {
      return factory.generatePublic(spec);
    }

    @Override
    protected PrivateKey engineGeneratePrivate(KeySpec spec) throws InvalidKeySpecException {
      return factory.generatePrivate(spec);
    }

    @Override
    protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> spec)
        throws InvalidKeySpecException {
      return factory.getKeySpec(key, spec);
    }

    @Override
    protected Key engineTranslateKey(Key key) throws InvalidKeyException {
      return factory.translateKey(key);
    }
  }
}
