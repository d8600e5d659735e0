package io.github.iamhikari.springboot;

import io.github.iamhikari.localrds.LocalRds;
import java.util.concurrent.CompletableFuture;

/** What the applications log in to: one server of a kind for all tests. */
@SuppressWarnings("ImmutableEnumChecker") // they start at once, while the first application does
enum Server {
  POSTGRES(
      "postgresql",
      "org.postgresql.Driver",
      "org.postgresql.ds.PGSimpleDataSource",
      LocalRds.postgres()),
  MARIADB(
      "mariadb",
      "org.mariadb.jdbc.Driver",
      "org.mariadb.jdbc.MariaDbDataSource",
      LocalRds.mariaDb()),
  DSQL(
      "postgresql",
      "org.postgresql.Driver",
      "org.postgresql.ds.PGSimpleDataSource",
      LocalRds.dsql());

  private final String protocol;
  private final String driverClass;
  private final String dataSourceClass;
  private final CompletableFuture<LocalRds> rds;

  Server(String protocol, String driverClass, String dataSourceClass, LocalRds.Builder builder) {
    this.protocol = protocol;
    this.driverClass = driverClass;
    this.dataSourceClass = dataSourceClass;
    this.rds =
        CompletableFuture.supplyAsync(
            () -> builder.account("app_user").account("report_user").start());
  }

  /** The server, which runs until the JVM ends. */
  LocalRds rds() {
    return rds.join();
  }

  String driverClass() {
    return driverClass;
  }

  /** Of its driver. */
  String dataSourceClass() {
    return dataSourceClass;
  }

  /** By the endpoint's name. */
  String url() {
    return url(rds().host());
  }

  /** By another name. */
  String url(String host) {
    return "jdbc:" + protocol + "://" + host + ":" + rds().listeningPort() + "/" + rds().database();
  }
}
