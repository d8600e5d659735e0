package io.github.iamhikari;

import static java.util.Objects.requireNonNull;

import io.github.iamhikari.localrds.LocalRds;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A database server in a container, and local-rds in front of it, for the tests of a class. It is
 * started once for all classes, and stopped after the last one.
 */
final class DatabaseContainer implements BeforeAllCallback {

  private final Kind kind;
  private @Nullable Running running;

  private DatabaseContainer(Kind kind) {
    this.kind = kind;
  }

  /** PostgreSQL 18, or the image that {@code -Dpostgres.image} names. */
  static DatabaseContainer postgres() {
    return new DatabaseContainer(Kind.POSTGRES);
  }

  /** MySQL 9.7, or the image that {@code -Dmysql.image} names. */
  static DatabaseContainer mySql() {
    return new DatabaseContainer(Kind.MYSQL);
  }

  /** MariaDB, but only where {@code -Dmariadb.image} names an image. */
  static DatabaseContainer mariaDb() {
    return new DatabaseContainer(Kind.MARIADB);
  }

  @Override
  public void beforeAll(ExtensionContext test) {
    String image = System.getProperty(kind.imageProperty, kind.image);
    if (image.isEmpty()) {
      Docker.skip(test, kind.imageProperty + " names no image");
    }
    Docker.assumeAvailable(test, image);
    running =
        test.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(DatabaseContainer.class))
            .computeIfAbsent(kind, any -> new Running(kind, image), Running.class);
  }

  /** The gateway in front of the server. */
  LocalRds rds() {
    return running().rds;
  }

  /** The server itself. */
  String jdbcUrl() {
    return running().jdbcUrl();
  }

  /** A session at the server itself of somebody who may do all. */
  Connection administrator() throws SQLException {
    return DriverManager.getConnection(jdbcUrl(), kind.administrator, running().password);
  }

  private Running running() {
    return requireNonNull(running, "not started");
  }

  private enum Kind {
    POSTGRES(
        "postgres.image", "postgres:18", "jdbc:postgresql:", 5432, "postgres", "POSTGRES_PASSWORD"),
    MYSQL("mysql.image", "mysql:9.7", "jdbc:mysql:", 3306, "root", "MYSQL_ROOT_PASSWORD"),
    MARIADB("mariadb.image", "", "jdbc:mysql:", 3306, "root", "MYSQL_ROOT_PASSWORD");

    private final String imageProperty;
    private final String image;
    private final String jdbc;
    private final int port;
    private final String administrator;
    private final String passwordVariable;

    Kind(
        String imageProperty,
        String image,
        String jdbc,
        int port,
        String administrator,
        String passwordVariable) {
      this.imageProperty = imageProperty;
      this.image = image;
      this.jdbc = jdbc;
      this.port = port;
      this.administrator = administrator;
      this.passwordVariable = passwordVariable;
    }
  }

  private static final class Running implements AutoCloseable {

    private final Kind kind;
    private final String password = UUID.randomUUID().toString();
    private final GenericContainer<?> container;
    private final LocalRds rds;

    private Running(Kind kind, String image) {
      this.kind = kind;
      this.container =
          new GenericContainer<>(DockerImageName.parse(image))
              .withEnv(kind.passwordVariable, password)
              .withExposedPorts(kind.port)
              .waitingFor(Docker.login(this::jdbcUrl, kind.administrator, password));
      container.start();
      try {
        rds =
            PoolLogins.withAccounts(LocalRds.inFrontOf(jdbcUrl(), kind.administrator, password))
                .start();
      } catch (RuntimeException e) {
        container.stop();
        throw e;
      }
    }

    private String jdbcUrl() {
      return kind.jdbc + "//127.0.0.1:" + container.getMappedPort(kind.port) + "/";
    }

    @Override
    public void close() {
      rds.close();
      container.stop();
    }
  }
}
