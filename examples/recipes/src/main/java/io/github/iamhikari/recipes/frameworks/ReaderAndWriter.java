package io.github.iamhikari.recipes.frameworks;

import java.sql.Connection;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

/** Spring sends each transaction to one of two pools. */
@Configuration(proxyBeanMethods = false)
public class ReaderAndWriter {

  /** For Spring. */
  public ReaderAndWriter() {}

  /**
   * Makes the {@code DataSource} of the application.
   *
   * @param writer the pool over the cluster's endpoint
   * @param reader the pool over the cluster's reader endpoint
   * @return what borrows from the reader in a read-only transaction, else from the writer
   */
  // tag::reader-and-writer[]
  @Bean
  @Primary
  DataSource dataSource(
      @Qualifier("writer") DataSource writer, @Qualifier("reader") DataSource reader) {
    var dataSource = new LazyConnectionDataSourceProxy();
    dataSource.setTargetDataSource(writer);
    dataSource.setReadOnlyDataSource(reader);
    dataSource.setDefaultAutoCommit(true);
    dataSource.setDefaultTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    return dataSource;
  }
  // end::reader-and-writer[]
}
