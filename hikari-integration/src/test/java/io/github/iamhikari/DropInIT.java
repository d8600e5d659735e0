package io.github.iamhikari;

import static io.github.iamhikari.ComparedPools.OTHER_USER;
import static io.github.iamhikari.ComparedPools.USER;
import static io.github.iamhikari.ComparedPools.ask;
import static io.github.iamhikari.ComparedPools.works;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.aop.framework.ProxyFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** A pool can be subclassed, proxied and copied as one of HikariCP can. */
@Tag("hikari")
class DropInIT {

  @OnEveryPool
  void aProxyOfItsClassDoesWhatItDoes(ComparedPools pools) throws SQLException {
    HikariDataSource pool = pools.make();
    HikariDataSource proxy = proxyOf(pool);
    assertThat(proxy).isInstanceOf(pool.getClass()).isNotSameAs(pool);
    assertThat(new HashSet<>(List.of(proxy, pool))).hasSize(2);

    works(proxy);

    assertThat(proxy).hasToString(pool.toString());
    assertThat(proxy.getCredentials().getUsername()).isEqualTo(USER);
    assertThat(proxy.isRunning()).isTrue();
    proxy.close();
    assertThat(pool.isClosed()).isTrue();
    assertThat(proxy.isClosed()).isTrue();
  }

  @OnOurPools
  void aProxyOfItsClassHasItsSettings(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.start()) {
      IamHikariDataSource proxy = (IamHikariDataSource) proxyOf(pool);

      assertThat(proxy.getIamExpiration()).isEqualTo(870);
      assertThat(proxy.getAwsCredentialsProvider()).isSameAs(pools);
    }
  }

  @Test
  void aSubclassMayNameTheUser() throws SQLException {
    ComparedPools pools = ComparedPools.ours().findFirst().orElseThrow();
    HikariConfig config = configOf(pools);

    try (HikariDataSource fromConfig = new SecondUsersPool(config, pools);
        SecondUsersPool bySetters = new SecondUsersPool()) {
      config.copyStateTo(bySetters);
      bySetters.setUsername(null);
      bySetters.setAwsCredentialsProvider(pools);

      assertThat(ask(fromConfig, "select current_user")).isEqualTo(OTHER_USER);
      assertThat(ask(bySetters, "select current_user")).isEqualTo(OTHER_USER);
    }
  }

  @OnEveryPool
  void aCopyOfAStartedPoolLivesOnItsOwn(ComparedPools pools) throws SQLException {
    copiesLiveOnTheirOwn(pools, pools.start());
  }

  @OnOurPools
  void aCopyOfAPoolWhoseDataSourceWasSetLivesOnItsOwn(ComparedPools pools) throws SQLException {
    PGSimpleDataSource driver = new PGSimpleDataSource();
    copiesLiveOnTheirOwn(
        pools,
        pools.start(
            config -> {
              driver.setUrl(config.getJdbcUrl());
              config.setJdbcUrl(null);
              config.setDataSource(driver);
            }));
  }

  @OnOurPools
  void thePoolsDataSourceMayBeGivenToAnotherPool(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.start()) {
      HikariConfig config = new HikariConfig();
      config.setDataSource(pool.getDataSource());
      IamHikariDataSource bySetters = new IamHikariDataSource();
      bySetters.setAwsCredentialsProvider(pools);
      bySetters.setDataSource(pool.getDataSource());

      outlives(new IamHikariDataSource(config, pools), pool);
      outlives(bySetters, pool);
    }
  }

  private static HikariDataSource proxyOf(HikariDataSource pool) {
    ProxyFactory factory = new ProxyFactory(pool);
    factory.setProxyTargetClass(true);
    return (HikariDataSource) factory.getProxy();
  }

  private static HikariConfig configOf(ComparedPools pools) throws SQLException {
    HikariConfig config = new HikariConfig();
    try (HikariDataSource pool = pools.start()) {
      pool.copyStateTo(config);
    }
    return config;
  }

  private static HikariDataSource copyBySettersOf(HikariDataSource pool, ComparedPools pools) {
    if (!pools.areOurs()) {
      HikariDataSource copy = new HikariDataSource();
      pool.copyStateTo(copy);
      return copy;
    }
    IamHikariDataSource copy = new IamHikariDataSource();
    pool.copyStateTo(copy);
    copy.setAwsCredentialsProvider(pools);
    return copy;
  }

  private static HikariDataSource copyAtOnceOf(HikariDataSource pool, ComparedPools pools) {
    return pools.areOurs() ? new IamHikariDataSource(pool, pools) : new HikariDataSource(pool);
  }

  private static void copiesLiveOnTheirOwn(ComparedPools pools, HikariDataSource pool)
      throws SQLException {
    outlives(copyBySettersOf(pool, pools), pool);
    outlives(copyAtOnceOf(pool, pools), pool);
    try (HikariDataSource last = copyBySettersOf(pool, pools)) {
      pool.close();
      works(last);
    }
  }

  /** The copy works, and its end is not that of the original, which has to open a connection. */
  private static void outlives(HikariDataSource copy, HikariDataSource original)
      throws SQLException {
    try (copy) {
      works(copy);
    }
    original.getHikariPoolMXBean().softEvictConnections();
    works(original);
  }

  /** Names its user as subclasses of HikariDataSource do. */
  private static final class SecondUsersPool extends IamHikariDataSource {

    private SecondUsersPool() {}

    private SecondUsersPool(HikariConfig config, AwsCredentialsProvider provider) {
      super(config, provider);
    }

    @Override
    public Credentials getCredentials() {
      return Credentials.of(OTHER_USER, null);
    }
  }
}
