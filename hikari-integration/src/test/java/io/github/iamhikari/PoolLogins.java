package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import com.zaxxer.hikari.util.DriverDataSource;
import com.zaxxer.hikari.util.PropertyElf;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.SimulatedTime;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/**
 * What a pool does when it logs in: the same tests for every driver and every server. Each test has
 * an AWS access key of its own, by which its logins are told from others.
 */
@Tag("hikari")
@Tag("login")
abstract class PoolLogins {

  /** By this clock the server judges tokens; a test may advance it. */
  static final TestClock clock = new TestClock();

  @RegisterExtension final AwsProperties aws = new AwsProperties();
  private final AccessKey key = AccessKey.random();
  private final FaultyCredentials provider = new FaultyCredentials(key);

  /** What the tests need of a server. */
  static LocalRds.Builder withAccounts(LocalRds.Builder server) {
    return server.account("app").account("second_user").clock(clock);
  }

  /** The server to log in to. */
  abstract LocalRds rds();

  /** Its URL for the driver under test, at this host. */
  String jdbcUrl(String host) {
    return rds().jdbcUrl(host);
  }

  /** The driver's own DataSource. */
  abstract Class<? extends DataSource> dataSourceClass();

  /** What it has to be told to connect to the server at 127.0.0.1. */
  Properties dataSourceProperties() {
    Properties properties = new Properties();
    properties.setProperty("serverName", "127.0.0.1");
    properties.setProperty("portNumber", Integer.toString(rds().listeningPort()));
    properties.setProperty("databaseName", rds().database());
    return properties;
  }

  /** Tells it to do without TLS. */
  abstract void switchTlsOff(DataSource dataSource) throws Exception;

  /** The driver's properties for verifying the server's certificate and name. */
  abstract Properties verifyingTls() throws Exception;

  /** The SQLState with which this server refuses a user who does not log in with IAM. */
  abstract String stateOfAnUnknownUser();

  /** What has the driver verify no server, as a user writes it. */
  abstract Properties unverifiedTls();

  /** An endpoint that this server is not. */
  String otherHost() {
    return "other.c9akciq32rgb.us-east-2.rds.amazonaws.com";
  }

  /** The error code with which the driver reports a refused login. */
  abstract int errorCodeOfARefusal();

  @BeforeEach
  void knowTheKey() {
    clock.reset();
    rds().add(key);
  }

  @AfterEach
  void forgetTheKey() {
    clock.reset();
    rds().revoke(key.id());
  }

  @Test
  void logsInWithATokenOverTls() throws SQLException {
    try (HikariDataSource pool = new IamHikariDataSource(config(), provider);
        Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(rds().account());
    }
    assertThat(logins())
        .isNotEmpty()
        .allSatisfy(
            login -> {
              assertThat(login.accepted()).isTrue();
              assertThat(login.tlsProtocol()).startsWith("TLSv1.");
            });
  }

  @Test
  void verifiesTheServerWhereToldTo() throws Exception {
    HikariConfig config = config();
    config.setJdbcUrl(jdbcUrl(rds().host()));
    config.getDataSourceProperties().remove("iam_host");
    verifyingTls().forEach((name, value) -> config.addDataSourceProperty(name.toString(), value));

    try (HikariDataSource pool = new IamHikariDataSource(config, provider);
        Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(rds().account());
    }
  }

  @Test
  void logsInWithASessionTokenOf1400Characters() throws SQLException {
    AccessKey temporary =
        new AccessKey(AccessKey.random().id(), key.secret(), "FwoG/+=".repeat(200));
    rds().add(temporary);
    provider.give(temporary);

    try (HikariDataSource pool = new IamHikariDataSource(config(), provider);
        Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(rds().account());
    }
    assertThat(logins(temporary)).isNotEmpty().allMatch(Login::accepted);
  }

  @Test
  void asksForATokenBeforeEachPhysicalConnection() throws SQLException {
    HikariConfig config = config();
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("iam_expiration", 0);
    DriverWatch watch = new DriverWatch();

    try (HikariDataSource pool =
        new IamHikariDataSource(config, simulated().andThen(watch)::apply)) {
      for (int i = 0; i < 5; i++) {
        clock.advance(Duration.ofSeconds(1)); // two tokens of one second are the same
        pool.getConnection().close();
        pool.getHikariPoolMXBean().softEvictConnections();
      }
    }

    assertThat(watch.passwords).hasSize(5).doesNotHaveDuplicates();
    assertThat(logins())
        .extracting(Login::token)
        .containsExactlyElementsOf(watch.passwords)
        .doesNotContainNull();
  }

  @Test
  void sendsOneTokenAsLongAsItMayBeUsed() throws SQLException {
    try (HikariDataSource pool = new IamHikariDataSource(config(), provider)) {
      for (int i = 0; i < 5; i++) {
        pool.getConnection().close();
        pool.getHikariPoolMXBean().softEvictConnections();
      }
    }
    assertThat(logins()).hasSizeGreaterThanOrEqualTo(5);
    assertThat(logins().stream().map(Login::token).distinct()).hasSize(1);
    assertThat(provider.resolved()).isEqualTo(1);
  }

  @Test
  void neverSendsATokenThatHasExpired() throws SQLException {
    try (HikariDataSource pool = new IamHikariDataSource(config(), simulated())) {
      for (int life = 0; life < 20; life++) {
        for (int seconds : new int[] {0, 600, 269, 1}) {
          clock.advance(Duration.ofSeconds(seconds));
          pool.getHikariPoolMXBean().softEvictConnections();
          pool.getConnection().close();
        }
      }
    }
    assertThat(logins()).hasSizeGreaterThanOrEqualTo(80).allMatch(Login::accepted);
    assertThat(logins().stream().map(Login::token).distinct()).hasSizeGreaterThanOrEqualTo(20);
  }

  @Test
  void opensConnectionsUnderLoadWhileTokensComeAndGo() throws Exception {
    HikariConfig config = config();
    config.setMaximumPoolSize(8);
    config.addDataSourceProperty("iam_expiration", "30");
    ExecutorService borrowers = Executors.newFixedThreadPool(16);
    AtomicBoolean end = new AtomicBoolean();
    try (HikariDataSource pool = new IamHikariDataSource(config, simulated())) {
      List<Future<?>> loads = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        loads.add(
            borrowers.submit(
                () -> {
                  while (!end.get()) {
                    try (Connection connection = pool.getConnection()) {
                      currentUser(connection);
                    }
                  }
                  return null;
                }));
      }
      for (int i = 0; i < 40; i++) {
        clock.advance(Duration.ofSeconds(10));
        pool.getHikariPoolMXBean().softEvictConnections();
        pool.getConnection().close();
      }
      end.set(true);
      for (Future<?> load : loads) {
        load.get(30, TimeUnit.SECONDS);
      }
    } finally {
      end.set(true);
      borrowers.shutdownNow();
    }
    assertThat(logins()).hasSizeGreaterThan(40).allMatch(Login::accepted);
    assertThat(logins().stream().map(Login::token).distinct()).hasSizeGreaterThan(10);
  }

  @Test
  void losesNoConnectionWhenATokenIsRevoked() throws SQLException {
    AccessKey next = AccessKey.random();
    rds().add(next);
    HikariConfig config = config();
    config.setInitializationFailTimeout(-1);

    try (HikariDataSource pool = new IamHikariDataSource(config, provider)) {
      pool.getConnection().close();
      rds().revoke(key.id());
      provider.give(next);
      pool.getHikariPoolMXBean().softEvictConnections();

      assertThat(currentUser(pool.getConnection())).isEqualTo(rds().account());
    }

    assertThat(logins())
        .extracting(Login::refusal)
        .containsExactly(null, Refusal.UNKNOWN_ACCESS_KEY);
    assertThat(logins(next)).hasSize(1).allMatch(Login::accepted);
  }

  @Test
  void usesNoTokenLongerThanTheCredentialsThatSignedIt() throws SQLException {
    AccessKey expiring = new AccessKey(AccessKey.random().id(), "secret", "one session");
    AccessKey lasting = new AccessKey(AccessKey.random().id(), "secret", "another session");
    rds().add(expiring);
    rds().add(lasting);
    Instant end = clock.instant().plusSeconds(60);
    provider.give(expiring, end);

    try (HikariDataSource pool = new IamHikariDataSource(config(), simulated())) {
      provider.give(lasting, end.plusSeconds(3600));
      for (int second = 0; second < 70; second += 5) {
        pool.getHikariPoolMXBean().softEvictConnections();
        pool.getConnection().close();
        clock.advance(Duration.ofSeconds(5));
      }
    }

    assertThat(logins(expiring))
        .isNotEmpty()
        .allSatisfy(login -> assertThat(login.at()).isBefore(end.minusSeconds(10)));
    assertThat(logins(lasting)).isNotEmpty().allMatch(Login::accepted);
  }

  @Test
  void keepsLoggingInWhileAwsIsOutOfReach() throws SQLException {
    try (HikariDataSource pool = new IamHikariDataSource(config(), simulated())) {
      provider.fail("the metadata service is down");
      clock.advance(Duration.ofSeconds(860));
      pool.getHikariPoolMXBean().softEvictConnections();

      assertThat(currentUser(pool.getConnection())).isEqualTo(rds().account());
    }
    assertThat(logins()).allMatch(Login::accepted);
  }

  @Test
  void tellsWhyNoTokenCanBeHad() {
    provider.fail("the metadata service is down");

    assertThat(failureOfAStart(config()))
        .isInstanceOf(SQLException.class)
        .hasMessage(
            "Could not sign an IAM token for user \"%s\" at %s:%d (region us-east-2): the metadata"
                + " service is down",
            rds().account(), rds().host(), rds().port());
    assertThat(logins()).isEmpty();
  }

  @Test
  void tellsWhoWasRefusedForAnUnknownKey() {
    rds().revoke(key.id());

    assertRefused(config(), rds().account(), rds().host(), rds().port(), "us-east-2", "28000");
    assertThat(logins()).extracting(Login::refusal).containsOnly(Refusal.UNKNOWN_ACCESS_KEY);
  }

  @Test
  void tellsWhoWasRefusedForAWrongUser() {
    HikariConfig config = config();
    config.setUsername("nobody");

    assertRefused(
        config, "nobody", rds().host(), rds().port(), "us-east-2", stateOfAnUnknownUser());
  }

  @Test
  void tellsWhoWasRefusedForAWrongRegion() {
    HikariConfig config = config();
    config.addDataSourceProperty("iam_region", "eu-west-1");

    assertRefused(config, rds().account(), rds().host(), rds().port(), "eu-west-1", "28000");
    assertThat(logins()).extracting(Login::refusal).containsOnly(Refusal.WRONG_REGION);
  }

  @Test
  void tellsWhoWasRefusedForAWrongHost() {
    HikariConfig config = config();
    config.addDataSourceProperty("iam_host", otherHost());
    config.getDataSourceProperties().putAll(unverifiedTls());

    assertRefused(config, rds().account(), otherHost(), rds().port(), "us-east-2", "28000");
    assertThat(logins()).extracting(Login::refusal).containsOnly(Refusal.WRONG_HOST);
  }

  @Test
  void tellsWhoWasRefusedForAWrongPort() {
    HikariConfig config = config();
    config.addDataSourceProperty("iam_default_port", "1234");

    assertRefused(config, rds().account(), rds().host(), 1234, "us-east-2", "28000");
    assertThat(logins()).extracting(Login::refusal).containsOnly(Refusal.WRONG_PORT);
  }

  @Test
  void tellsTheCallerWhoStartsThePoolWithAConnection() {
    rds().revoke(key.id());
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      configure(pool);
      pool.setAwsCredentialsProvider(provider);

      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageStartingWith("IAM login failed for user \"%s\"", rds().account());
    }
  }

  @Test
  void logsInThroughADataSourceClass() throws SQLException {
    HikariConfig config = config();
    config.setJdbcUrl(null);
    config.setDataSourceClassName(dataSourceClass().getName());
    dataSourceProperties()
        .forEach((name, value) -> config.addDataSourceProperty(name.toString(), value));

    try (HikariDataSource pool = new IamHikariDataSource(config, provider);
        Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(rds().account());
    }
    assertThat(logins()).isNotEmpty().allMatch(login -> login.tlsProtocol() != null);
  }

  @Test
  void logsInThroughAReadyDataSource() throws Exception {
    DataSource ready = dataSourceClass().getConstructor().newInstance();
    PropertyElf.setTargetFromProperties(ready, dataSourceProperties());
    HikariConfig config = config();
    config.setJdbcUrl(null);
    config.setDataSource(ready);

    try (HikariDataSource pool = new IamHikariDataSource(config, provider);
        Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(rds().account());
      assertThat(pool.isWrapperFor(dataSourceClass())).isTrue();
    }
    assertThat(logins()).isNotEmpty().allMatch(login -> login.tlsProtocol() != null);
  }

  @Test
  void startsWithAReadyDataSourceWhenTheServerTakesTheLoginAtLast() throws Exception {
    DataSource ready = dataSourceClass().getConstructor().newInstance();
    PropertyElf.setTargetFromProperties(ready, dataSourceProperties());
    rds().revoke(key.id());
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      configure(pool);
      pool.setJdbcUrl(null);
      pool.setDataSource(ready);
      pool.setAwsCredentialsProvider(provider);
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);

      rds().add(key);
      // The same start is refused from memory for a moment; this one is not the same any more.
      pool.setAwsCredentialsProvider(() -> AwsBasicCredentials.create(key.id(), key.secret()));

      try (Connection connection = pool.getConnection()) {
        assertThat(currentUser(connection)).isEqualTo(rds().account());
      }
    }
  }

  @Test
  void refusesADataSourceInClearText() throws Exception {
    DataSource ready = dataSourceClass().getConstructor().newInstance();
    PropertyElf.setTargetFromProperties(ready, dataSourceProperties());
    switchTlsOff(ready);
    HikariConfig config = config();
    config.setJdbcUrl(null);
    config.setDataSource(ready);

    assertThatThrownBy(() -> new IamHikariDataSource(config, provider))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(" could send the IAM token, which is a password, in clear text; ");
    assertThat(logins()).isEmpty();
  }

  @Test
  void ignoresAPasswordInTheConfiguration() throws SQLException {
    HikariConfig config = config();
    config.setPassword("hunter2");
    config.addDataSourceProperty("password", "hunter2");

    try (HikariDataSource pool = new IamHikariDataSource(config, provider);
        Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(rds().account());
      assertThat(pool.getPassword()).isNull();
    }
  }

  @Test
  void startsAtOnceFromAConfiguration() throws ReflectiveOperationException {
    try (HikariDataSource pool = new IamHikariDataSource(config(), provider)) {
      assertThat(pool.isRunning()).isTrue();
      assertThat(logins()).isNotEmpty();
      assertThat(fastPathPool(pool)).isSameAs(pool.getHikariPoolMXBean());
    }
  }

  @Test
  void startsWithTheFirstConnectionFromSetters() throws SQLException {
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      configure(pool);
      pool.setIamHost(rds().host());
      pool.setIamDefaultPort(rds().port());
      pool.setIamRegion("us-east-2");
      pool.setIamExpiration(60);
      pool.setAwsCredentialsProvider(provider);
      assertThat(pool.isRunning()).isFalse();
      assertThat(provider.resolved()).isZero();

      try (Connection connection = pool.getConnection()) {
        assertThat(currentUser(connection)).isEqualTo(rds().account());
      }
    }
    assertThat(logins()).isNotEmpty().allMatch(Login::accepted);
  }

  @Test
  void startsFromPropertiesWithPlainSettings() throws SQLException {
    Properties properties = hikariProperties();
    properties.setProperty("iam_host", rds().host());
    properties.setProperty("iam_region", "us-east-2");

    aws.set(key);
    try (HikariDataSource pool = new IamHikariDataSource(properties);
        Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(rds().account());
    }
    assertThat(logins()).isNotEmpty().allMatch(Login::accepted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "dataSource."})
  void startsFromAPropertyFile(String prefix, @TempDir Path folder) throws Exception {
    Properties properties = hikariProperties();
    properties.setProperty(prefix + "iam_host", rds().host());
    properties.setProperty(prefix + "iam_expiration", "60");
    Path file = folder.resolve("hikari.properties");
    try (var writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }

    aws.set(key);
    try (HikariDataSource pool = new IamHikariDataSource(file.toString());
        Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(rds().account());
    }
    assertThat(logins()).isNotEmpty().allMatch(Login::accepted);
  }

  @Test
  void startsFromAConfigurationWithTheDefaultCredentials() throws SQLException {
    aws.set(key);
    try (HikariDataSource pool = new IamHikariDataSource(config());
        Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(rds().account());
    }
    assertThat(logins()).isNotEmpty().allMatch(Login::accepted);
  }

  @Test
  void showsTheDriverNoneOfItsSettings() {
    HikariConfig config = config();
    config.addDataSourceProperty("iam_default_port", rds().port());
    config.addDataSourceProperty("iam_region", "us-east-2");
    config.addDataSourceProperty("iam_expiration", "60");
    config.addDataSourceProperty("password", "hunter2");
    config.getDataSourceProperties().putAll(unverifiedTls());
    DriverWatch watch = new DriverWatch();

    new IamHikariDataSource(config, provided().andThen(watch)::apply).close();

    assertThat(watch.url).isEqualTo(config.getJdbcUrl());
    assertThat(watch.properties).isEqualTo(unverifiedTls());
  }

  @Test
  void leavesTheCallersConfigurationAsItWas() {
    HikariConfig config = config();
    config.setPassword("hunter2");
    config.setPoolName(null);
    HikariConfig before = new HikariConfig();
    config.copyStateTo(before);
    Properties propertiesBefore = (Properties) config.getDataSourceProperties().clone();

    new IamHikariDataSource(config, provider).close();

    assertThat(config).usingRecursiveComparison().isEqualTo(before);
    assertThat(config.getDataSourceProperties()).isEqualTo(propertiesBefore);
    assertThat(config.getDataSource()).isNull();
    assertThat(config.getPoolName()).isNull();
    assertThat(config.getPassword()).isEqualTo("hunter2");
  }

  @Test
  void leavesAGivenCredentialsProviderOpen() throws SQLException {
    try (HikariDataSource one = new IamHikariDataSource(config(), provider)) {
      one.getConnection().close();
    }
    assertThat(provider.isClosed()).isFalse();
  }

  @Test
  void signsForAUserWhoIsChangedWhileThePoolRuns() throws SQLException {
    try (HikariDataSource pool = new IamHikariDataSource(config(), provider)) {
      pool.getHikariConfigMXBean().setUsername("second_user");
      pool.getHikariPoolMXBean().softEvictConnections();

      try (Connection connection = pool.getConnection()) {
        assertThat(currentUser(connection)).isEqualTo("second_user");
      }

      pool.getHikariConfigMXBean().setUsername(null);
      pool.getHikariPoolMXBean().softEvictConnections();
      try (Connection connection = pool.getConnection()) {
        assertThat(currentUser(connection)).isEqualTo(rds().account());
      }
    }
  }

  @Test
  void showsNoTokenAsText() throws SQLException {
    try (HikariDataSource pool = new IamHikariDataSource(config(), provider);
        Connection connection = pool.getConnection()) {
      List<Object> shown = new ArrayList<>(List.of(pool, connection, pool.getDataSource()));
      shown.add(pool.getCredentials());
      shown.add(pool.unwrap(IamDataSource.class));

      assertThat(shown)
          .allSatisfy(
              object ->
                  assertThat(object.toString())
                      .doesNotContain("X-Amz")
                      .doesNotContain(key.secret()));
    }
  }

  private HikariConfig config() {
    HikariConfig config = new HikariConfig();
    configure(config);
    config.addDataSourceProperty("iam_host", rds().host());
    return config;
  }

  private void configure(HikariConfig config) {
    config.setPoolName(getClass().getSimpleName());
    config.setJdbcUrl(jdbcUrl("127.0.0.1"));
    config.setUsername(rds().account());
    config.addDataSourceProperty("iam_host", rds().host());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(3);
    config.setConnectionTimeout(20_000);
  }

  private Properties hikariProperties() {
    Properties properties = new Properties();
    properties.setProperty("jdbcUrl", jdbcUrl("127.0.0.1"));
    properties.setProperty("username", rds().account());
    properties.setProperty("maximumPoolSize", "2");
    return properties;
  }

  private UnaryOperator<IamDataSource.Builder> provided() {
    return logins -> logins.awsCredentialsProvider(provider);
  }

  private UnaryOperator<IamDataSource.Builder> simulated() {
    return logins -> SimulatedTime.by(clock).apply(logins.awsCredentialsProvider(provider));
  }

  private List<Login> logins() {
    return logins(key);
  }

  private List<Login> logins(AccessKey accessKey) {
    return rds().logins().stream()
        .filter(login -> accessKey.id().equals(login.accessKeyId()))
        .toList();
  }

  private Throwable failureOfAStart(HikariConfig config) {
    PoolInitializationException failure =
        catchThrowableOfType(
            PoolInitializationException.class, () -> new IamHikariDataSource(config, provider));
    return requireNonNull(failure.getCause());
  }

  private void assertRefused(
      HikariConfig config, String user, String host, int port, String region, String state) {
    Throwable failure = failureOfAStart(config);

    assertThat(failure)
        .isInstanceOf(SQLException.class)
        .hasMessageStartingWith(
            "IAM login failed for user \"%s\" at %s:%d (region %s): ", user, host, port, region)
        .hasCauseInstanceOf(SQLException.class);
    assertThat(((SQLException) failure).getSQLState()).isEqualTo(state);
    assertThat(((SQLException) failure).getErrorCode()).isEqualTo(errorCodeOfARefusal());
  }

  private static String currentUser(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT current_user")) {
      rows.next();
      return rows.getString(1).replaceFirst("@%$", "");
    }
  }

  /** The pool that HikariCP borrows from without asking first whether it has started. */
  private static @Nullable Object fastPathPool(HikariDataSource pool)
      throws ReflectiveOperationException {
    Field field = HikariDataSource.class.getDeclaredField("fastPathPool");
    field.setAccessible(true);
    return field.get(pool);
  }

  /** Sees what the driver is given, and hands it on. */
  private static final class DriverWatch implements UnaryOperator<IamDataSource.Builder> {

    private final ConcurrentLinkedQueue<String> passwords = new ConcurrentLinkedQueue<>();
    private @Nullable String url;
    private Properties properties = new Properties();

    @Override
    public IamDataSource.Builder apply(IamDataSource.Builder logins) {
      return logins.driver(
          (jdbcUrl, driverProperties) -> {
            url = jdbcUrl;
            properties = driverProperties;
            return new RecordingDataSource(
                new DriverDataSource(jdbcUrl, null, driverProperties, null, null), passwords);
          });
    }
  }
}
