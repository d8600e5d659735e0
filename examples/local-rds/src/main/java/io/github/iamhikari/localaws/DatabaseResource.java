package io.github.iamhikari.localaws;

import io.github.iamhikari.localrds.Endpoint;
import io.github.iamhikari.localrds.LocalRds;
import java.util.Locale;

/**
 * A DB instance or an Aurora cluster as RDS describes it. Immutable.
 *
 * @param endpoint the endpoint, with its region
 * @param account the account it belongs to
 * @param resourceId the id that policies for {@code rds-db:connect} name it by
 * @param engine such as {@code postgres} or {@code aurora-mysql}
 * @param iamLogin whether IAM database authentication is enabled
 * @param status such as {@code available}
 */
public record DatabaseResource(
    Endpoint endpoint,
    String account,
    String resourceId,
    String engine,
    boolean iamLogin,
    String status) {

  static final String AVAILABLE = "available";

  /**
   * An available database of account {@code 123456789012} with IAM login.
   *
   * @param endpoint where clients connect to; one such as {@code orders.cluster-c9akciq32rgb...} is
   *     a cluster's
   * @param resourceId the id that policies name it by
   * @param engine such as {@code postgres} or {@code aurora-mysql}
   * @return the database
   */
  public static DatabaseResource at(Endpoint endpoint, String resourceId, String engine) {
    return new DatabaseResource(endpoint, LocalRds.ACCOUNT, resourceId, engine, true, AVAILABLE);
  }

  /** The description of this stand-in, as it is now. */
  static DatabaseResource of(LocalRds rds) {
    Endpoint endpoint = new Endpoint(rds.host(), rds.port(), rds.region());
    String status = rds.isRunning() ? AVAILABLE : "stopped";
    DatabaseResource instance =
        new DatabaseResource(
            endpoint, rds.awsAccount(), rds.resourceId(), rds.engine(), rds.iamLogin(), status);
    String aurora = rds.engine().equals("postgres") ? "aurora-postgresql" : "aurora-mysql";
    return instance.isCluster()
        ? new DatabaseResource(
            endpoint, rds.awsAccount(), rds.resourceId(), aurora, rds.iamLogin(), status)
        : instance;
  }

  /**
   * The same database, with or without IAM login.
   *
   * @param enabled whether IAM database authentication is enabled
   * @return a new value
   */
  public DatabaseResource withIamLogin(boolean enabled) {
    return new DatabaseResource(endpoint, account, resourceId, engine, enabled, status);
  }

  /**
   * The same database in another status.
   *
   * @param other such as {@code stopped}
   * @return a new value
   */
  public DatabaseResource withStatus(String other) {
    return new DatabaseResource(endpoint, account, resourceId, engine, iamLogin, other);
  }

  /** The beginning of the endpoint's name. */
  String identifier() {
    return endpoint.host().split("\\.", 2)[0].toLowerCase(Locale.ROOT);
  }

  boolean isCluster() {
    return endpoint.host().matches("(?i)[^.]+\\.cluster-.*");
  }
}
