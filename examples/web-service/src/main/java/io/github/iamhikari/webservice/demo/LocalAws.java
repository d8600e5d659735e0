package io.github.iamhikari.webservice.demo;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * What the service would have in AWS, on this machine: an endpoint of RDS for PostgreSQL and one
 * for MariaDB, and a role whose credentials a service hands out. Safe for use by several threads.
 */
final class LocalAws implements AutoCloseable {

  private final Map<String, LocalRds> databases = new LinkedHashMap<>();
  private final CredentialsService credentials;
  private final Set<String> stopped = new ConcurrentSkipListSet<>();
  private boolean isKeyRevoked;

  private LocalAws(Duration lifeOfCredentials) {
    CompletableFuture<LocalRds> mariaDb =
        CompletableFuture.supplyAsync(() -> start("shop-2", LocalRds.mariaDb()));
    databases.put("postgresql", start("shop-1", LocalRds.postgres()));
    databases.put("mariadb", mariaDb.join());
    credentials = new CredentialsService(newKey(), lifeOfCredentials, InstantSource.system());
  }

  static LocalAws start(Duration lifeOfCredentials) {
    // Pools verify the server: this JVM trusts local-rds as it trusts a public authority.
    System.setProperty("javax.net.ssl.trustStore", LocalRds.trustStore().toString());
    return new LocalAws(lifeOfCredentials);
  }

  private static LocalRds start(String name, LocalRds.Builder rds) {
    return rds.endpoint(name + ".c9akciq32rgb.us-east-2.rds.amazonaws.com")
        .database("orders")
        .start();
  }

  /** What {@code application.yaml} says of it. */
  Map<String, Object> properties() {
    Map<String, Object> properties = new LinkedHashMap<>();
    databases.forEach(
        (name, rds) -> {
          String prefix = "local-rds." + name;
          properties.put(
              prefix + ".jdbc-url", "jdbc:" + name + rds.jdbcUrl().replaceFirst("^jdbc:\\w+", ""));
          properties.put(prefix + ".host", rds.host());
          properties.put(prefix + ".account", rds.account());
        });
    return properties;
  }

  /** Where the SDK asks for credentials. */
  String credentialsUri() {
    return credentials.uri();
  }

  /** The databases refuse what the current key signed and signs, as when IAM revokes it. */
  synchronized void revokeKey() {
    isKeyRevoked = true;
    databases.values().forEach(rds -> rds.revoke(credentials.key().id()));
  }

  /** The role gets another key. */
  synchronized void issueKey() {
    credentials.give(newKey());
    isKeyRevoked = false;
  }

  synchronized boolean isKeyRevoked() {
    return isKeyRevoked;
  }

  CredentialsService credentials() {
    return credentials;
  }

  private AccessKey newKey() {
    AccessKey random = AccessKey.random();
    String temporary = "ASIA" + random.id().substring(4);
    AccessKey key = new AccessKey(temporary, random.secret(), AccessKey.random().secret());
    databases.values().forEach(rds -> rds.add(key));
    return key;
  }

  /** Sessions are cut and connections are refused. */
  void stop(String database) {
    rds(database).stop();
    stopped.add(database);
  }

  void resume(String database) {
    rds(database).resume();
    stopped.remove(database);
  }

  /** The databases that are stopped. */
  List<String> stopped() {
    return List.copyOf(stopped);
  }

  private LocalRds rds(String database) {
    LocalRds rds = databases.get(database);
    if (rds == null) {
      throw new IllegalArgumentException("no such database: " + database);
    }
    return rds;
  }

  @Override
  public void close() {
    credentials.close();
    databases.values().forEach(LocalRds::close);
  }
}
