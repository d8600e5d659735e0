package io.github.iamhikari;

import static io.github.iamhikari.Borrowers.currentUser;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.github.iamhikari.core.IamDriver;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.aop.framework.ProxyFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** A pool can be configured, changed, copied, subclassed and proxied as one of HikariCP can. */
@Tag("hikari")
class DropInIT {

  private static final String SEALED =
      "The configuration of the pool is sealed once started."
          + " Use HikariConfigMXBean for runtime changes.";

  private final LocalRds rds = PostgresServer.started();
  private final AccessKey key = AccessKey.random();
  private final FaultyCredentials provider = new FaultyCredentials(key);

  DropInIT() {
    rds.add(key);
  }

  @Test
  void startsAtOnceFromAConfigurationWithHikariCpsFastPath() throws Exception {
    try (HikariDataSource pool = start(config())) {
      Field fastPath = HikariDataSource.class.getDeclaredField("fastPathPool");
      fastPath.setAccessible(true);
      assertThat(fastPath.get(pool)).isNotNull().isSameAs(pool.getHikariPoolMXBean());
    }
  }

  @Test
  void startsWithItsFirstConnectionFromSetters() throws SQLException {
    try (IamHikariDataSource pool = bySetters(config())) {
      assertThat(pool.isRunning()).isFalse();
      assertThat(provider.resolved()).isZero();

      assertUser(pool, "app");
    }
    assertThat(provider.isClosed()).isFalse();
  }

  @Test
  void canBeClosedBeforeItStarts() {
    IamHikariDataSource pool = bySetters(config());
    pool.close();
    pool.close();

    assertThatThrownBy(pool::getConnection)
        .isExactlyInstanceOf(SQLException.class)
        .hasMessageEndingWith(" has been closed.");
  }

  @Test
  void leavesTheCallersConfigurationAsItWas() {
    HikariConfig config = config();
    config.setPassword("hunter2");
    HikariConfig before = new HikariConfig();
    config.copyStateTo(before);
    Properties propertiesBefore = (Properties) config.getDataSourceProperties().clone();

    start(config).close();

    assertThat(config).usingRecursiveComparison().isEqualTo(before);
    assertThat(config.getDataSourceProperties()).isEqualTo(propertiesBefore);
    assertThat(config.getDataSource()).isNull();
    assertThat(config.getPoolName()).isNull();
  }

  /** All but the DataSource, its properties and what HikariCP logs in with. */
  @Test
  void readsBackWhatHikariCpReadsBack() throws Exception {
    HikariConfig config = config();
    config.setPoolName("orders");
    config.setMaxLifetime(29_999); // too short, as are the next two
    config.setKeepaliveTime(29_999);
    config.setIdleTimeout(9_999);
    config.setMaximumPoolSize(7);
    config.setValidationTimeout(2_500);
    config.setConnectionTestQuery("select 2");
    config.setConnectionInitSql("select 3");
    config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    config.setSchema("public");
    config.setReadOnly(true);
    config.setAutoCommit(false);
    config.addHealthCheckProperty("connectivityCheckTimeoutMs", "1000");
    config.setInitializationFailTimeout(-1);

    try (HikariDataSource hikaris = new HikariDataSource(config);
        HikariDataSource ours = start(config)) {
      assertThat(settings(ours)).hasSizeGreaterThan(30).isEqualTo(settings(hikaris));
    }
  }

  private static Map<String, String> settings(HikariDataSource pool) throws Exception {
    Set<String> others =
        Set.of("dataSource", "dataSourceProperties", "password", "credentials", "username");
    Map<String, String> values = new TreeMap<>();
    for (PropertyDescriptor property :
        Introspector.getBeanInfo(HikariConfig.class, Object.class).getPropertyDescriptors()) {
      boolean isSetting = property.getReadMethod() != null && property.getWriteMethod() != null;
      if (isSetting && !others.contains(property.getName())) {
        values.put(property.getName(), String.valueOf(property.getReadMethod().invoke(pool)));
      }
    }
    return values;
  }

  @Test
  void sealsItsSettingsWhenItStarts() {
    try (IamHikariDataSource pool = start(config())) {
      assertSealed(() -> pool.setIamHost(pool.getIamHost()));
      assertSealed(() -> pool.setIamExpiration(60));
      assertThatThrownBy(() -> pool.setAwsCredentialsProvider(provider))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("The AWS credentials provider cannot be changed once the pool has started");
      assertThat(pool.getIamExpiration()).isEqualTo(870);
    }
  }

  private static void assertSealed(ThrowingCallable setter) {
    assertThatThrownBy(setter).isInstanceOf(IllegalStateException.class).hasMessage(SEALED);
  }

  @Test
  void logsInAsTheUserWhoIsSetWhileItRuns() throws SQLException {
    try (IamHikariDataSource pool = start(config())) {
      pool.getHikariConfigMXBean().setCredentials(Credentials.of("second_user", "hunter2"));
      assertUser(pool, "second_user");

      pool.getHikariConfigMXBean().setUsername(null);
      pool.getHikariPoolMXBean().softEvictConnections();
      assertUser(pool, "app");
    }
  }

  /** As where its own driver was configured for {@code jdbc:iam:} before. */
  @Test
  void takesTheNameOfItsOwnDriver() throws SQLException {
    HikariConfig config = config();
    config.setDriverClassName(IamDriver.class.getName());
    try (IamHikariDataSource pool = start(config)) {
      assertUser(pool, "app");
    }
  }

  @Test
  void canBeProxied() throws SQLException {
    IamHikariDataSource pool = bySetters(config());
    ProxyFactory factory = new ProxyFactory(pool);
    factory.setProxyTargetClass(true);
    IamHikariDataSource proxy = (IamHikariDataSource) factory.getProxy();

    assertUser(proxy, "app");
    assertThat(proxy).hasToString(pool.toString());
    assertThat(proxy.getCredentials().getUsername()).isEqualTo("app");
    assertThat(proxy.getIamExpiration()).isEqualTo(870);
    assertThat(proxy.getAwsCredentialsProvider()).isSameAs(provider);
    proxy.close();
    assertThat(pool.isClosed()).isTrue();
  }

  @Test
  void aSubclassMayNameTheUser() throws SQLException {
    HikariConfig config = config();
    try (SecondUsersPool fromConfig = new SecondUsersPool(config, provider);
        SecondUsersPool bySetters = new SecondUsersPool()) {
      config.copyStateTo(bySetters);
      bySetters.setUsername(null);
      bySetters.setAwsCredentialsProvider(provider);

      assertUser(fromConfig, "second_user");
      assertUser(bySetters, "second_user");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCopyOfAStartedPoolLivesOnItsOwn(boolean isOfReadyDataSource) throws SQLException {
    HikariConfig config = config();
    if (isOfReadyDataSource) {
      PGSimpleDataSource driver = new PGSimpleDataSource();
      driver.setUrl(config.getJdbcUrl());
      config.setJdbcUrl(null);
      config.setDataSource(driver);
    }
    for (IamHikariDataSource pool : List.of(start(config), bySetters(config))) {
      assertUser(pool, "app");
      outlives(start(pool), pool);
      outlives(bySetters(pool), pool);
      try (HikariDataSource last = bySetters(pool)) {
        pool.close();
        assertUser(last, "app");
      }
    }
  }

  @Test
  void itsDataSourceMayBeGivenToAnotherPool() throws SQLException {
    try (IamHikariDataSource pool = start(config())) {
      HikariConfig config = new HikariConfig();
      config.setDataSource(pool.getDataSource());

      outlives(start(config), pool);
      outlives(bySetters(config), pool);
    }
  }

  /** The copy works, and its end is not that of the original, which has to open a connection. */
  private static void outlives(HikariDataSource copy, HikariDataSource original)
      throws SQLException {
    try (copy) {
      assertUser(copy, "app");
    }
    original.getHikariPoolMXBean().softEvictConnections();
    assertUser(original, "app");
  }

  private static void assertUser(HikariDataSource pool, String user) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(user);
    }
  }

  private IamHikariDataSource start(HikariConfig config) {
    return new IamHikariDataSource(config, provider);
  }

  private IamHikariDataSource bySetters(HikariConfig config) {
    IamHikariDataSource pool = new IamHikariDataSource();
    config.copyStateTo(pool);
    pool.setAwsCredentialsProvider(provider);
    return pool;
  }

  private HikariConfig config() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername("app");
    config.addDataSourceProperty("iam_host", rds.host());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(2);
    return config;
  }

  /** Names its user as subclasses of HikariDataSource do. */
  private static final class SecondUsersPool extends IamHikariDataSource {

    private SecondUsersPool() {}

    private SecondUsersPool(HikariConfig config, AwsCredentialsProvider provider) {
      super(config, provider);
    }

    @Override
    public Credentials getCredentials() {
      return Credentials.of("second_user", null);
    }
  }
}
