package io.github.iamhikari.springboot;

import org.testcontainers.containers.JdbcDatabaseContainer;
import org.testcontainers.utility.DockerImageName;

/** A server as Testcontainers shows it, which needs no Docker. */
final class LocalRdsContainer extends JdbcDatabaseContainer<LocalRdsContainer> {

  private final Server server;
  private boolean isRunning;

  LocalRdsContainer(Server server) {
    super(DockerImageName.parse("local-rds"));
    this.server = server;
  }

  @Override
  public void start() {
    isRunning = true;
  }

  @Override
  public void stop() {
    isRunning = false;
  }

  @Override
  public boolean isCreated() {
    return isRunning;
  }

  @Override
  public boolean isRunning() {
    return isRunning;
  }

  @Override
  public String getDriverClassName() {
    return server.driverClass();
  }

  @Override
  public String getJdbcUrl() {
    return server.url();
  }

  @Override
  public String getUsername() {
    return server.rds().account();
  }

  @Override
  public String getPassword() {
    return "a password";
  }

  @Override
  protected String getTestQueryString() {
    return "SELECT 1";
  }
}
