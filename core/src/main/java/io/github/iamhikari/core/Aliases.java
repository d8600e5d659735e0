package io.github.iamhikari.core;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.Attributes;
import javax.naming.directory.InitialDirContext;

/**
 * Asks DNS of which name a name is an alias, which {@link java.net.InetAddress} does not tell. By
 * the JDK's module {@code jdk.naming.dns}; where that is missing, no name has an alias.
 *
 * @param nameServers a URL of JNDI's DNS provider, {@code dns:} for those of the system
 * @see <a href="https://docs.oracle.com/javase/8/docs/technotes/guides/jndi/jndi-dns.html">DNS
 *     service provider for JNDI</a>
 */
record Aliases(String nameServers) {

  private static final int MOST_ALIASES = 8;

  /**
   * The names that a name leads to, one after the other; none if it is no alias or nobody knows.
   */
  List<String> of(String name) {
    List<String> chain = new ArrayList<>();
    Optional<String> next = next(name);
    while (next.isPresent() && chain.size() < MOST_ALIASES && !chain.contains(next.get())) {
      chain.add(next.get());
      next = next(next.get());
    }
    return chain;
  }

  @SuppressWarnings({"BanJNDI", "JdkObsolete"}) // DNS answers with text; JNDI takes a Hashtable
  private Optional<String> next(String name) {
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
    environment.put("java.naming.provider.url", nameServers);
    environment.put("com.sun.jndi.dns.timeout.initial", "1000");
    environment.put("com.sun.jndi.dns.timeout.retries", "2");
    try {
      InitialDirContext context = new InitialDirContext(environment);
      try {
        Attributes answer = context.getAttributes(name + ".", new String[] {"CNAME"});
        Attribute alias = answer.get("CNAME");
        return alias == null
            ? Optional.empty()
            : Optional.of(EndpointName.normalize(String.valueOf(alias.get())))
                .filter(JdbcUrl::isHostName);
      } finally {
        context.close();
      }
    } catch (NamingException e) { // there is no such name, or nobody answers
      return Optional.empty();
    }
  }
}
