package io.github.iamhikari.localrds.junit;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.TestClock;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts a {@link LocalRds} for a test class, so that its tests log in with IAM tokens, let tokens
 * expire and revoke the access key, without AWS. A JUnit Jupiter extension:
 *
 * <pre>{@code
 * @RegisterExtension static final LocalRdsExtension rds = LocalRdsExtension.postgres();
 *
 * @Test
 * void logsInAgainWhenTheTokenHasExpired() throws SQLException {
 *   try (IamHikariDataSource pool = new IamHikariDataSource(rds.hikariProperties())) {
 *     rds.expireTokens();
 *     pool.getHikariPoolMXBean().softEvictConnections();
 *     pool.getConnection().close();
 *   }
 * }
 * }</pre>
 *
 * <p>With {@code @ExtendWith(LocalRdsExtension.class)} a test gets it, or its {@link LocalRds}, as
 * a parameter; it is a PostgreSQL then.
 *
 * <p>In a static field, one server serves all tests of the class; in an instance field, each test
 * has its own. The server is closed after them. Before each test the extension undoes what the last
 * one did to the access key, the clock and the switches of {@link LocalRds}; what it wrote into the
 * database stays.
 *
 * <p>While a test class runs, the AWS SDK's default credentials provider finds the access key in
 * system properties. All extensions of a JVM use the same key, so test classes can run in parallel.
 * The methods of one class that change its server cannot.
 */
public final class LocalRdsExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {

  private final LocalRds.Builder builder;
  private final boolean isForParameters;
  private final TestClock clock = new TestClock();
  private @Nullable LocalRds server;
  private final Set<Object> users = new HashSet<>();
  private int loginsBefore;

  /** A PostgreSQL, as {@link #postgres()}. JUnit calls this for {@code @ExtendWith}. */
  public LocalRdsExtension() {
    this(LocalRds.postgres(), true);
  }

  private LocalRdsExtension(LocalRds.Builder builder, boolean isForParameters) {
    this.builder = builder.clock(clock, clock::nanoTime);
    this.isForParameters = isForParameters;
  }

  /**
   * Stands in for RDS for PostgreSQL.
   *
   * @return the extension, whose server starts with the tests
   */
  public static LocalRdsExtension postgres() {
    return of(LocalRds.postgres());
  }

  /**
   * Stands in for RDS for MariaDB.
   *
   * @return the extension, whose server starts with the tests
   */
  public static LocalRdsExtension mariaDb() {
    return of(LocalRds.mariaDb());
  }

  /**
   * Stands in for Aurora DSQL.
   *
   * @return the extension, whose server starts with the tests
   */
  public static LocalRdsExtension dsql() {
    return of(LocalRds.dsql());
  }

  /**
   * Stands in for what a builder describes.
   *
   * @param builder the description; the extension sets its clock
   * @return the extension, whose server starts with the tests
   */
  public static LocalRdsExtension of(LocalRds.Builder builder) {
    return new LocalRdsExtension(builder, false);
  }

  /**
   * The running server.
   *
   * @return the server of the test that runs
   * @throws IllegalStateException if no test runs
   */
  public synchronized LocalRds server() {
    if (server == null) {
      throw new IllegalStateException(
          "The server of LocalRdsExtension runs during tests only. Register the extension by"
              + " @RegisterExtension or @ExtendWith, and use it in a test or in @BeforeEach.");
    }
    return server;
  }

  /**
   * The JDBC URL for any client, with its TLS.
   *
   * @return {@link LocalRds#clientUrl()}
   */
  public String jdbcUrl() {
    return server().clientUrl();
  }

  /**
   * The database user who logs in with a token.
   *
   * @return {@link LocalRds#account()}
   */
  public String user() {
    return server().account();
  }

  /**
   * URL, user and TLS as properties of a pool.
   *
   * @return {@link LocalRds#hikariProperties()}
   */
  public Properties hikariProperties() {
    return server().hikariProperties();
  }

  /**
   * The access key whose tokens the server accepts, for clients that do not use the AWS SDK's
   * default credentials provider.
   *
   * @return the key, the same one for all extensions of this JVM; another one after {@link
   *     #expireTokens()}
   */
  public AccessKey accessKey() {
    return JvmAccessKey.current();
  }

  /**
   * The clock that the server judges tokens by. Advance it to test a client whose own clock the
   * test sets, too. Where the client's clock cannot be set, {@link #expireTokens()} is the way.
   *
   * @return the clock, which shows the system's time when a test begins
   */
  public TestClock clock() {
    return clock;
  }

  /**
   * Lets all tokens expire that were signed so far, as if 15 minutes had passed, in which the AWS
   * credentials were rotated: the system properties hold a new access key from now on. The old one
   * is not revoked.
   *
   * @see LocalRds#expireTokens()
   */
  public void expireTokens() {
    JvmAccessKey.rotate(); // first, as a pool may be opening connections
    server().expireTokens();
  }

  /** Revokes the access key for the rest of the test: no token logs in, open sessions stay open. */
  public void revokeAccessKey() {
    JvmAccessKey.revoke(server());
  }

  /**
   * The attempts to log in of the test that runs.
   *
   * @return the attempts, oldest first
   */
  public synchronized List<Login> logins() {
    List<Login> all = server().logins();
    return all.subList(loginsBefore, all.size());
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    acquire(context.getUniqueId());
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    acquire(context.getUniqueId());
    reset();
  }

  /** Undoes what a test did to the server, apart from the database. */
  synchronized void reset() {
    LocalRds running = server();
    clock.reset();
    JvmAccessKey.admit(running);
    running.reset();
    loginsBefore = running.logins().size();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    release(context.getUniqueId());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    release(context.getUniqueId());
  }

  /** Starts the server for the first of its users, such as a test or its class. */
  synchronized void acquire(Object user) {
    if (server == null) {
      clock.reset();
      loginsBefore = 0;
      server = builder.start();
      JvmAccessKey.use(server);
    }
    users.add(user);
  }

  /** Closes the server after the last of its users. JUnit also calls this if there was no start. */
  synchronized void release(Object user) {
    users.remove(user);
    if (users.isEmpty() && server != null) {
      JvmAccessKey.release(server);
      server.close();
      server = null;
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return isForParameters && (type == LocalRds.class || type == LocalRdsExtension.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    acquire(context.getUniqueId()); // a constructor may come before beforeAll
    return parameter.getParameter().getType() == LocalRds.class ? server() : this;
  }
}
