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
 * Looks up CNAME records in DNS, which {@link java.net.InetAddress} does not expose. Needs the
 * JDK's module {@code jdk.naming.dns}; without it, no name has an alias.
 *
 * @param nameServers a URL of JNDI's DNS provider, {@code dns:} for the system's name servers
 * @see <a href="https://docs.oracle.com/javase/8/docs/technotes/guides/jndi/jndi-dns.html">DNS
 *     service provider for JNDI</a>
 */
record Aliases(String nameServers) {

  private static final int MOST_ALIASES = 8;

  /** The chain of names that a name is an alias of; empty if it is no alias or the lookup fails. */
  List<String> of(String name) {
    List<String> chain = new ArrayList<>();
    Optional<String> next = next(name);
    while (next.isPresent() && chain.size() < MOST_ALIASES && !chain.contains(next.get())) {
      chain.add(next.get());
      next = next(next.get());
    }
    return chain;
  }

  @SuppressWarnings({"BanJNDI", "JdkObsolete"}) // DNS returns text; JNDI requires a Hashtable
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
    } catch (NamingException e) { // there is no such name, or no answer
      return Optional.empty();
    }
  }
}
