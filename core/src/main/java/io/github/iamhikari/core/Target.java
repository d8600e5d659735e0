package io.github.iamhikari.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a driver connects to.
 *
 * @param host a name or an IP address
 * @param port the port
 */
record Target(String host, int port) {

  /** All that a URL names; none where nobody has told it. */
  static List<Target> of(JdbcUrl url) {
    List<Target> targets = new ArrayList<>();
    if (url.forDriver().isEmpty()) {
      return targets; // a DataSource's own matter
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
