package dev.fwctl.acceptance;

/** Something on every host of the fleet that a client may want. */
sealed interface Endpoint {
  /**
   * A port that something answers at the host's address.
   *
   * @param form as probes have it behind the host: {@code :9000}, {@code :5353/udp}, {@code /icmp}
   */
  record AtHost(String form) implements Endpoint {
    @Override
    public String toString() {
      return form;
    }
  }

  /**
   * A port that Docker publishes of a container whose network has IPv4 alone.
   *
   * <p>On IPv6 docker-proxy answers it; that of Docker 20.10.5 does not.
   */
  record Published(String form) implements Endpoint {
    @Override
    public String toString() {
      return "published " + form;
    }
  }

  /** A port that Docker publishes on the host's first addresses only. */
  record PublishedOnOneAddress(String form) implements Endpoint {
    @Override
    public String toString() {
      return "published on one address " + form;
    }
  }

  /** A port at the second address that every host has. */
  record AtSecondAddress(String form) implements Endpoint {
    @Override
    public String toString() {
      return "second address " + form;
    }
  }

  /** A container's own address and port, which a client reaches when it has a route to there. */
  record Direct(String container, String form) implements Endpoint {
    @Override
    public String toString() {
      return container + "'s own address " + form;
    }
  }

  static Endpoint port(int port) {
    return new AtHost(":" + port);
  }

  static Endpoint udp(int port) {
    return new AtHost(":" + port + "/udp");
  }

  static Endpoint ping() {
    return new AtHost("/icmp");
  }

  static Endpoint published(int port) {
    return new Published(":" + port);
  }

  static Endpoint publishedUdp(int port) {
    return new Published(":" + port + "/udp");
  }

  static Endpoint publishedOnOneAddress(int port) {
    return new PublishedOnOneAddress(":" + port);
  }

  static Endpoint atSecondAddress(int port) {
    return new AtSecondAddress(":" + port);
  }

  static Endpoint direct(String container, int port) {
    return new Direct(container, ":" + port);
  }

  static Endpoint directPing(String container) {
    return new Direct(container, "/icmp");
  }
}
