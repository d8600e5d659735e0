package io.github.iamhikari.springboot;

import io.github.iamhikari.localrds.LocalRds;
import org.jspecify.annotations.Nullable;

/** What the applications log in to: one server of a kind for all tests. */
@SuppressWarnings("ImmutableEnumChecker") // it starts when it is needed
enum Server {
  POSTGRES("postgresql", "org.postgresql.ds.PGSimpleDataSource", LocalRds.postgres()),
  MARIADB("mariadb", "org.mariadb.jdbc.MariaDbDataSource", LocalRds.mariaDb());

  private final String protocol;
  private final String dataSourceClass;
  private final LocalRds.Builder builder;
  private @Nullable LocalRds rds;

  Server(String protocol, String dataSourceClass, LocalRds.Builder builder) {
    this.protocol = protocol;
    this.dataSourceClass = dataSourceClass;
    this.builder = builder;
  }

  /** The server, which runs until the JVM ends. */
  synchronized LocalRds rds() {
    LocalRds running = rds;
    if (running == null) {
      running = builder.account("app_user").account("report_user").start();
      rds = running;
    }
    return running;
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
