package io.github.iamhikari;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.junit.SecretSearch;
import java.lang.management.ManagementFactory;
import java.net.URLEncoder;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;

/** The secrets that a test has used, and a search for them in all that somebody may see. */
final class Secrets {

  private static final String SIGNATURE = "X-Amz-Signature=";

  private final Set<String> secrets = ConcurrentHashMap.newKeySet();

  /** Takes note of what is secret of a key. */
  void add(AccessKey key) {
    secrets.add(key.secret());
    String sessionToken = key.sessionToken();
    if (sessionToken != null) {
      secrets.add(sessionToken);
      secrets.add(URLEncoder.encode(sessionToken, UTF_8));
    }
  }

  /** Takes note of all tokens that a server has seen, and of their signatures. */
  void addTokensOf(LocalRds rds) {
    for (Login login : rds.logins()) {
      int signature = login.token().indexOf(SIGNATURE);
      if (signature >= 0) {
        secrets.add(login.token());
        secrets.add(login.token().substring(signature + SIGNATURE.length()));
      }
    }
  }

  /** How many there are. */
  int count() {
    return secrets.size();
  }

  /** Asserts that none of them is in a text. */
  void assertNotIn(String what, String text) {
    assertThat(text).as(what).doesNotContain(SIGNATURE);
    assertThat(secrets).as("secrets in " + what).noneMatch(text::contains);
  }

  /** Asserts that an exception shows none of them, nor does any that hangs on it. */
  void assertNotIn(Throwable exception) {
    assertNotIn("an exception", SecretSearch.textOf(exception));
  }

  /** Asserts that a pool shows none of them as text, whatever part of it is looked at. */
  void assertNotIn(IamHikariDataSource pool) {
    assertNotIn("the pool", pool.toString());
    assertNotIn("its properties", pool.getDataSourceProperties().toString());
    assertNotIn("its dataSource", String.valueOf(pool.getDataSource()));
    assertNotIn("its bean", String.valueOf(pool.getHikariPoolMXBean()));
    if (pool.getDataSource() instanceof IamDataSource logins) {
      assertNotIn("the status of its tokens", logins.getTokenStatus().toString());
      logins.getProblem().ifPresent(this::assertNotIn);
    }
  }

  /** Asserts that no bean of a pool has one of them in an attribute. */
  void assertNotInBeans() throws JMException {
    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    for (ObjectName name : beans.queryNames(new ObjectName("com.zaxxer.hikari:*"), null)) {
      assertNotIn("the name of a bean", name.toString());
      for (var attribute : beans.getMBeanInfo(name).getAttributes()) {
        assertNotIn(name + " " + attribute.getName(), shown(beans, name, attribute.getName()));
      }
    }
  }

  /** An attribute as a console shows it; some of HikariCP's cannot be read. */
  private static String shown(MBeanServer beans, ObjectName name, String attribute) {
    try {
      return String.valueOf(beans.getAttribute(name, attribute));
    } catch (JMException | RuntimeMBeanException e) {
      return e.toString();
    }
  }
}
