package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.Reference;
import javax.naming.StringRefAddr;
import javax.naming.spi.InitialContextFactory;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osjava.sj.MemoryContextFactory;
import org.postgresql.ds.PGSimpleDataSource;

/** What the factory makes of a reference; its pools open no connection. */
@Tag("hikari")
class IamHikariJNDIFactoryTest {

  private static final String HOST = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private final IamHikariJNDIFactory factory = new IamHikariJNDIFactory();

  @Test
  void makesAPoolForEachTypeThatItIs() throws NamingException {
    for (Class<?> type :
        List.of(DataSource.class, HikariDataSource.class, IamHikariDataSource.class)) {
      pool(reference(type.getName())).close();
    }
  }

  @Test
  void takesThePropertiesOfThePoolAndOfTheDriver() throws NamingException {
    Reference reference = reference("javax.sql.DataSource");
    reference.add(new StringRefAddr("poolName", "orders"));
    reference.add(new StringRefAddr("maximumPoolSize", "7"));
    reference.add(new StringRefAddr("maxLifetime", "20m"));
    reference.add(new StringRefAddr("readOnly", "true"));
    reference.add(new StringRefAddr("dataSource.ApplicationName", "shop"));
    reference.add(new StringRefAddr("iam_region", "us-east-2"));
    reference.add(new StringRefAddr("dataSource.iam_expiration", "600"));

    try (IamHikariDataSource pool = pool(reference)) {
      assertThat(pool.getPoolName()).isEqualTo("orders");
      assertThat(pool.getMaximumPoolSize()).isEqualTo(7);
      assertThat(pool.getMaxLifetime()).isEqualTo(20 * 60_000);
      assertThat(pool.isReadOnly()).isTrue();
      assertThat(pool.getUsername()).isEqualTo("app");
      assertThat(pool.getDataSourceProperties()).containsEntry("ApplicationName", "shop");
      assertThat(pool.getIamRegion()).isEqualTo("us-east-2");
      assertThat(pool.getIamExpiration()).isEqualTo(600);
    }
  }

  @Test
  void warnsOfAnAttributeOfAnotherPoolAndOfNoneThatIsTheContainers() throws Exception {
    Reference reference = reference("javax.sql.DataSource");
    for (String name :
        List.of("auth", "scope", "singleton", "closeMethod", "factory", "user", "maxPoolSize")) {
      reference.add(new StringRefAddr(name, "x"));
    }
    try (LogWatch log = LogWatch.of(IamHikariDataSource.class.getName());
        IamHikariDataSource pool = pool(reference)) {
      assertThat(pool.isRunning()).isTrue();
      assertThat(log.linesOf(Level.WARN))
          .containsExactly(
              "Ignoring the unknown attribute user of the JNDI resource. Did you mean username?",
              "Ignoring the unknown attribute maxPoolSize of the JNDI resource. Did you mean"
                  + " maximumPoolSize?");
    }
  }

  static @Nullable Object[] foreignObjects() {
    return new @Nullable Object[] {
      null,
      "javax.sql.DataSource",
      new Reference("javax.sql.XADataSource"),
      new Reference("org.postgresql.ds.PGSimpleDataSource"),
      new Reference(null),
    };
  }

  @ParameterizedTest
  @MethodSource("foreignObjects")
  void leavesToOthersWhatItDoesNotKnow(@Nullable Object object) throws NamingException {
    assertThat(make(object)).isNull();
  }

  @Test
  void looksUpTheDataSourceInTheInitialContextIfTheGivenOneDoesNotKnowIt() throws NamingException {
    String name = "java:comp/env/jdbc/plain";
    Names given = new Names(Map.of());
    Names initial = new Names(Map.of(name, dataSource()));

    makePool(standingOn(name), given, initial);

    assertThat(given.lookedUp).containsExactly(name);
    assertThat(initial.lookedUp).containsExactly(name);
    assertThat(initial.closed).isFalse();
  }

  /** Closing one of its contexts ends all that share their names. */
  @Test
  @SuppressWarnings("BanJNDI") // nothing is read
  void leavesTheNamesOfSimpleJndiThere() throws NamingException {
    System.setProperty(Context.INITIAL_CONTEXT_FACTORY, MemoryContextFactory.class.getName());
    System.setProperty("org.osjava.sj.jndi.shared", "true");
    try {
      new InitialContext().bind("driver", dataSource());
      for (int i = 0; i < 2; i++) {
        try (IamHikariDataSource made = pool(standingOn("driver"));
            IamHikariDataSource configured = new IamHikariDataSource(namingIt("driver"))) {
          assertThat(made.isRunning()).isTrue();
          assertThat(configured.isRunning()).isTrue();
        }
      }
    } finally {
      System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
      System.clearProperty("org.osjava.sj.jndi.shared");
    }
  }

  @Test
  void refusesTheNameOfNothing() throws NamingException {
    Names given = new Names(Map.of());
    Names initial = new Names(Map.of());

    assertThatThrownBy(
            () ->
                factory.getObjectInstance(
                    standingOn("jdbc/plian"), null, given, environment(initial)))
        .isInstanceOf(NameNotFoundException.class)
        .hasMessage(
            "dataSourceJNDI is \"jdbc/plian\", but nothing is bound to that name; use the full"
                + " name of a javax.sql.DataSource, such as \"java:comp/env/jdbc/orders\"");
    assertThat(initial.closed).isFalse();
  }

  @Test
  void refusesTheNameOfSomethingElse() throws NamingException {
    Names given = new Names(Map.of("jdbc/plain", "a text"));

    assertThatThrownBy(() -> factory.getObjectInstance(standingOn("jdbc/plain"), null, given, null))
        .isInstanceOf(NamingException.class)
        .hasMessage(
            "dataSourceJNDI is \"jdbc/plain\", which is bound to a java.lang.String;"
                + " use the name of a javax.sql.DataSource");
  }

  private @Nullable Object make(@Nullable Object object) throws NamingException {
    return factory.getObjectInstance(object, null, null, null);
  }

  private IamHikariDataSource pool(Reference reference) throws NamingException {
    return (IamHikariDataSource) requireNonNull(make(reference));
  }

  private void makePool(Reference reference, Context given, Names initial) throws NamingException {
    try (IamHikariDataSource pool =
        (IamHikariDataSource)
            factory.getObjectInstance(reference, null, given, environment(initial))) {
      assertThat(pool).isNotNull();
    }
  }

  private static Reference reference(String type) {
    Reference reference = bareReference(type);
    reference.add(new StringRefAddr("jdbcUrl", "jdbc:postgresql://" + HOST + "/app"));
    return reference;
  }

  private static Reference bareReference(String type) {
    Reference reference = new Reference(type);
    reference.add(new StringRefAddr("username", "app"));
    reference.add(new StringRefAddr("minimumIdle", "0"));
    reference.add(new StringRefAddr("initializationFailTimeout", "-1"));
    return reference;
  }

  private static Reference standingOn(String dataSourceName) {
    Reference reference = bareReference("javax.sql.DataSource");
    reference.add(new StringRefAddr("dataSourceJNDI", dataSourceName));
    reference.add(new StringRefAddr("iam_host", HOST));
    return reference;
  }

  private static HikariConfig namingIt(String dataSourceName) {
    HikariConfig config = new HikariConfig();
    config.setDataSourceJNDI(dataSourceName);
    config.setUsername("app");
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(-1);
    return config;
  }

  private static DataSource dataSource() {
    PGSimpleDataSource driver = new PGSimpleDataSource();
    driver.setServerNames(new String[] {HOST});
    return driver;
  }

  @SuppressWarnings("JdkObsolete") // JNDI wants a Hashtable
  private static Hashtable<String, Object> environment(Names initial) {
    Hashtable<String, Object> environment = new Hashtable<>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, InitialNames.class.getName());
    environment.put(InitialNames.class.getName(), initial);
    return environment;
  }

  /** Gives the initial context that its environment holds. */
  public static final class InitialNames implements InitialContextFactory {

    /** As the initial context makes it. */
    public InitialNames() {}

    @Override
    public Context getInitialContext(Hashtable<?, ?> environment) {
      return (Names) requireNonNull(environment.get(InitialNames.class.getName()));
    }
  }

  /** A context of a few names, which remembers what it was asked for. */
  private static final class Names extends InitialContext {

    private final Map<String, Object> bound;
    private final List<String> lookedUp = new ArrayList<>();
    private boolean closed;

    private Names(Map<String, Object> bound) throws NamingException {
      super(true);
      this.bound = bound;
    }

    @Override
    public Object lookup(String name) throws NamingException {
      lookedUp.add(name);
      Object found = bound.get(name);
      if (found == null) {
        throw new NameNotFoundException(name);
      }
      return found;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
