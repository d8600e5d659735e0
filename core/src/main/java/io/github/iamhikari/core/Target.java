package io.github.iamhikari.core;

import java.util.ArrayList;
import java.util.List;

/**
 * A host and port that a driver connects to.
 *
 * @param host the name or IP address
 * @param port the port
 */
record Target(String host, int port) {

  /** All targets in a URL; empty if they are unknown. */
  static List<Target> of(JdbcUrl url) {
    List<Target> targets = new ArrayList<>();
    if (url.forDriver().isEmpty()) {
      return targets; // only the DataSource knows
    }
    for (JdbcUrl.Address address : url.addresses()) {
      String host = address.host() == null ? "localhost" : address.host();
      Integer port = address.port();
      if (JdbcUrl.isHostName(host)) {
        targets.add(new Target(host, port == null ? url.protocol().defaultPort() : port));
      }
    }
    return targets;
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
