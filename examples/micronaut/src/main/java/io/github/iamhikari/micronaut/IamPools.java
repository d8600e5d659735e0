package io.github.iamhikari.micronaut;

import io.github.iamhikari.IamHikariDataSource;
import io.micronaut.configuration.jdbc.hikari.DatasourceConfiguration;
import io.micronaut.configuration.jdbc.hikari.DatasourceFactory;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.EachBean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import jakarta.annotation.PreDestroy;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;

/** Makes a pool that logs in with IAM of each entry under {@code datasources}. */
// tag::micronaut[]
@Factory
final class IamPools implements AutoCloseable {

  private final Queue<IamHikariDataSource> pools = new ConcurrentLinkedQueue<>();

  @Context
  @EachBean(DatasourceConfiguration.class)
  @Replaces(value = DataSource.class, factory = DatasourceFactory.class)
  DataSource pool(DatasourceConfiguration configuration) {
    IamHikariDataSource pool = new IamHikariDataSource(configuration);
    pools.add(pool);
    return pool;
  }

  @Override
  @PreDestroy
  public void close() {
    pools.forEach(IamHikariDataSource::close);
  }
}
// end::micronaut[]
