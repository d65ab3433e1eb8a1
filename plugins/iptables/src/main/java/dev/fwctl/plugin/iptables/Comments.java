package dev.fwctl.plugin.iptables;

import dev.fwctl.model.Place;
import java.util.Optional;

/**
 * Comments on rules, which lead from a rule on a host back to the line of a policy.
 *
 * <p>They hold only characters that mean nothing to a shell or to iptables, and at most 200 bytes;
 * the kernel takes 255. Source: iptables-extensions(8), "comment".
 */
final class Comments {
  static final String HOOK = "fwctl hook";
  static final String EXTERNAL = "fwctl: from outside";
  static final String TO_OUTSIDE = "fwctl: to the outside";
  static final String REPLIES = "fwctl essential: replies";
  static final String TO_THIS_HOST = "fwctl: to this host";
  static final String PUBLISHED = "fwctl: published port";
  static final String NOT_DOCKERS = "fwctl: not a bridge of Docker";
  static final String BY_PUBLISHED_PORT = "fwctl: came by a published port";
  static final String TO_CONTAINER = "fwctl: to the address of a container";
  static final String FROM_CONTAINER = "fwctl: from a container";
  static final String OWN_CONNECTION = "fwctl essential: own SSH connection";
  static final String REJECT = "fwctl: reject";
  static final String NOT_REJECTED = "fwctl: was not rejected";

  private static final int LIMIT = 200;

  private Comments() {}

  static String essential(String what) {
    return "fwctl essential: " + what;
  }

  static String of(Place place, String policy) {
    return fit(place.fileAndLine() + " " + policy);
  }

  static String ofDefault(Optional<Place> place) {
    return place.map(where -> fit(where.fileAndLine() + " default")).orElse("fwctl: default");
  }

  private static String fit(String text) {
    StringBuilder safe = new StringBuilder();
    text.codePoints()
        .forEach(character -> safe.appendCodePoint(isSafe(character) ? character : '_'));
    // The end has the line and the policy, the beginning only folders.
    return safe.length() <= LIMIT
        ? safe.toString()
        : "..." + safe.substring(safe.length() - LIMIT + 3);
  }

  private static boolean isSafe(int character) {
    return character >= 'a' && character <= 'z'
        || character >= 'A' && character <= 'Z'
        || character >= '0' && character <= '9'
        || " ._/:@+=,()-".indexOf(character) >= 0;
  }
}
