package dev.fwctl.plugin.ssh;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A key that a host presented, in the form in which {@code known_hosts} has keys.
 *
 * @param key the key, that inside the certificate when it came in one
 * @param certificate what the certificate says beside the key
 */
record PresentedKey(EncodedKey key, Optional<CertificateClaims> certificate) {
  PresentedKey {
    requireNonNull(key, "key is null");
    requireNonNull(certificate, "certificate is null");
  }

  /**
   * What counts of a certificate once its signature, dates and principals were checked.
   *
   * @param authority the key that signed it
   * @param forHosts whether it is a certificate for hosts; one for users is no proof of a host
   * @param criticalOptions whether it has options that must be understood; hosts have none
   * @param signatureType the kind of the signature, such as {@code ssh-ed25519}
   */
  record CertificateClaims(
      EncodedKey authority, boolean forHosts, boolean criticalOptions, String signatureType) {
    CertificateClaims {
      requireNonNull(authority, "authority is null");
      requireNonNull(signatureType, "signatureType is null");
    }
  }
}
