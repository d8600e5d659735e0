package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Makes pools of one kind: HikariCP's own, which has a token as its password and tells what is
 * right, or ours; made from a configuration, which starts them at once, or configured by setters,
 * which leaves the start to the first {@code getConnection()}. All of them log in to one PostgreSQL
 * server, with an access key for each maker.
 */
final class ComparedPools implements AwsCredentialsProvider {

  static final String USER = "app";
  static final String OTHER_USER = "second_user";

  /** As long as anything may take on a busy machine. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Stops with the JVM. */
  private static final LocalRds rds = LocalRds.postgres().account(USER).account(OTHER_USER).start();

  /** For what a test does beside the pools, so that it does not count as theirs. */
  private static final AccessKey besideKey = AccessKey.random();

  static {
    rds.add(besideKey);
  }

  private static final AtomicInteger names = new AtomicInteger();

  private final boolean ours;
  private final boolean startedAtOnce;
  private final AccessKey key = AccessKey.random();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger resolved = new AtomicInteger();

  private ComparedPools(boolean ours, boolean startedAtOnce) {
    this.ours = ours;
    this.startedAtOnce = startedAtOnce;
    letIn();
  }

  static Stream<ComparedPools> all() {
    return Stream.concat(
        Stream.of(new ComparedPools(false, true), new ComparedPools(false, false)), ours());
  }

  static Stream<ComparedPools> ours() {
    return Stream.of(new ComparedPools(true, true), new ComparedPools(true, false));
  }

  boolean areOurs() {
    return ours;
  }

  boolean startAtOnce() {
    return startedAtOnce;
  }

  /** From now on the server accepts what these pools send, as it does from the start. */
  void letIn() {
    rds.add(key);
  }

  /** From now on the server refuses it. */
  void shutOut() {
    rds.revoke(key.id());
  }

  /** There will be no AWS credentials, this many times. */
  void failToSign(int times) {
    failures.set(times);
  }

  @Override
  public AwsCredentials resolveCredentials() {
    resolved.incrementAndGet();
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IllegalStateException("the metadata service is down");
    }
    return AwsBasicCredentials.create(key.id(), key.secret());
  }

  /** How often AWS credentials were asked for. */
  int resolved() {
    return resolved.get();
  }

  /** A pool, which has started if it is of a kind that starts at once. */
  HikariDataSource make(Consumer<HikariConfig> settings) {
    if (startedAtOnce) {
      HikariConfig config = new HikariConfig();
      configure(config);
      settings.accept(config);
      return ours ? new IamHikariDataSource(config, this) : new HikariDataSource(config);
    }
    HikariDataSource pool;
    if (ours) {
      IamHikariDataSource iam = new IamHikariDataSource();
      iam.setAwsCredentialsProvider(this);
      pool = iam;
    } else {
      pool = new HikariDataSource();
    }
    configure(pool);
    settings.accept(pool);
    return pool;
  }

  /** As {@link #make(Consumer)}, with no settings but those that a pool needs. */
  HikariDataSource make() {
    return make(config -> {});
  }

  /** A pool that has started, with no settings but those that a pool needs. */
  HikariDataSource start() throws SQLException {
    return start(config -> {});
  }

  /** A pool that has started. */
  HikariDataSource start(Consumer<HikariConfig> settings) throws SQLException {
    HikariDataSource pool = make(settings);
    if (!startedAtOnce) {
      pool.getConnection().close();
    }
    return pool;
  }

  private void configure(HikariConfig config) {
    config.setPoolName(uniqueName("pool"));
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername(USER);
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(3);
    config.setConnectionTimeout(PATIENCE.toMillis());
    if (ours) {
      config.addDataSourceProperty("iam_host", rds.host());
    } else {
      config.addDataSourceProperty("sslmode", "require");
      config.setPassword(token(USER));
    }
  }

  /** What HikariCP must be told for this user, and what ours ignores. */
  String passwordOf(String user) {
    return ours ? "hunter2" : token(user);
  }

  private String token(String user) {
    try (IamDataSource logins = logins(user, key)) {
      return logins.getToken(user, PATIENCE).orElseThrow();
    }
  }

  private static IamDataSource logins(String user, AccessKey key) {
    Properties properties = new Properties();
    properties.setProperty("iam_host", rds.host());
    return IamDataSource.builder()
        .jdbcUrl(rds.jdbcUrl())
        .user(user)
        .properties(properties)
        .awsCredentialsProvider(() -> AwsBasicCredentials.create(key.id(), key.secret()))
        .build();
  }

  /** The logins of these pools so far. */
  List<Login> logins() {
    return rds.logins().stream().filter(login -> key.id().equals(login.accessKeyId())).toList();
  }

  /** A name that nothing else has, in the database or outside. */
  static String uniqueName(String prefix) {
    return prefix + "_" + names.incrementAndGet();
  }

  /** Sends a statement to the database beside the pools. */
  static void execute(String sql) throws SQLException {
    try (IamDataSource logins = logins(USER, besideKey);
        Connection connection = logins.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Asks the database beside the pools. */
  static String ask(String sql) throws SQLException {
    try (IamDataSource logins = logins(USER, besideKey);
        Connection connection = logins.getConnection()) {
      return ask(connection, sql);
    }
  }

  /** Asks the database through a connection of a pool. */
  static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** Asks the database through a pool. */
  static String ask(HikariDataSource pool, String sql) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return ask(connection, sql);
    }
  }

  /** The server's process at the other end, by which physical connections are told apart. */
  static String processOf(Connection connection) throws SQLException {
    return ask(connection, "select pg_backend_pid()");
  }

  /** Waits for what nothing tells of. */
  static void await(String what, Callable<Boolean> condition) throws Exception {
    await(what, PATIENCE, condition);
  }

  /** Waits no longer than this. */
  static void await(String what, Duration patience, Callable<Boolean> condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - start > patience.toNanos()) {
        throw new AssertionError("waited in vain until " + what);
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  /** Asserts that connections come, of the right user. */
  static @Nullable Void works(HikariDataSource pool) throws SQLException {
    assertThat(ask(pool, "select current_user")).isEqualTo(USER);
    return null;
  }

  /** Asserts that a pool starts and works. */
  @Nullable Void startsAndWorks(Consumer<HikariConfig> settings) throws SQLException {
    try (HikariDataSource pool = start(settings)) {
      return works(pool);
    }
  }

  /** The reason that a start fails for, as HikariCP throws it. */
  SQLException failureOfAStart(Consumer<HikariConfig> settings) {
    if (!startedAtOnce) {
      try (HikariDataSource pool = make(settings)) {
        return catchThrowableOfType(SQLException.class, pool::getConnection);
      }
    }
    PoolInitializationException failure =
        catchThrowableOfType(PoolInitializationException.class, () -> make(settings));
    assertThat(failure).hasCauseInstanceOf(SQLException.class);
    return (SQLException) requireNonNull(failure.getCause());
  }

  /** Does what takes its time side by side. */
  static void allAtOnce(List<Callable<@Nullable Void>> tasks) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      for (Future<@Nullable Void> task : threads.invokeAll(tasks)) {
        task.get(0, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** As a test's display name has it. */
  @Override
  public String toString() {
    return (ours ? "IamHikariDataSource" : "HikariDataSource")
        + (startedAtOnce ? " from a configuration" : " by setters");
  }
}
