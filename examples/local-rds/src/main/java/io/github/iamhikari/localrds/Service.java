package io.github.iamhikari.localrds;

import java.time.Duration;
import java.util.Set;

/**
 * The AWS service that a {@link LocalRds} stands in for. Each has its own form of token, a
 * presigned request.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html">
 *     Connecting to your DB instance using IAM authentication</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html">
 *     Generating an authentication token in Amazon Aurora DSQL</a>
 */
public enum Service {
  /** RDS and Aurora: {@code host:port/?Action=connect&DBUser=...}, for up to 15 minutes. */
  RDS(
      "rds-db",
      "local.c9akciq32rgb.us-east-2.rds.amazonaws.com",
      "app",
      TokenVerifier.LONGEST_LIFETIME) {
    @Override
    Set<String> actions() {
      return Set.of("connect");
    }

    @Override
    Set<String> ownParameters() {
      return Set.of(PresignedRequest.USER);
    }

    @Override
    boolean isFormOf(PresignedRequest request) {
      return !request.port().isEmpty();
    }

    @Override
    boolean hasPort(int port, PresignedRequest request) {
      return request.port().equals(Integer.toString(port));
    }

    @Override
    boolean hasUser(String user, PresignedRequest request) {
      return request.value(PresignedRequest.USER).equals(user);
    }

    @Override
    String action(String user) {
      return "rds-db:connect";
    }
  },

  /**
   * Aurora DSQL: {@code host/?Action=DbConnect}, or {@code DbConnectAdmin} for {@code admin}, for
   * up to a week.
   */
  DSQL("dsql", "local4btxv7r2wm5q3jd6hnysu.dsql.us-east-2.on.aws", "postgres", Duration.ofDays(7)) {
    @Override
    Set<String> actions() {
      return Set.of("DbConnect", "DbConnectAdmin");
    }

    @Override
    Set<String> ownParameters() {
      return Set.of();
    }

    @Override
    boolean isFormOf(PresignedRequest request) {
      return true;
    }

    @Override
    boolean hasPort(int port, PresignedRequest request) {
      return request.port().isEmpty();
    }

    @Override
    boolean hasUser(String user, PresignedRequest request) {
      return action(user).equals("dsql:" + request.value(PresignedRequest.ACTION));
    }

    @Override
    String action(String user) {
      return user.equals(ADMIN) ? "dsql:DbConnectAdmin" : "dsql:DbConnect";
    }
  };

  /** The database role that each cluster of Aurora DSQL has. */
  static final String ADMIN = "admin";

  private final String signingName;
  private final String host;
  private final String database;
  private final Duration longestLifetime;

  Service(String signingName, String host, String database, Duration longestLifetime) {
    this.signingName = signingName;
    this.host = host;
    this.database = database;
    this.longestLifetime = longestLifetime;
  }

  /** Its name in a token's credential scope. */
  String signingName() {
    return signingName;
  }

  /** The endpoint's name unless another one is set. */
  String host() {
    return host;
  }

  /** The accounts' database unless another one is set. */
  String database() {
    return database;
  }

  /** The longest life that a token can have. */
  Duration longestLifetime() {
    return longestLifetime;
  }

  /** The values that {@code Action} can have. */
  abstract Set<String> actions();

  /** The parameters that its tokens have beside those of each presigned request. */
  abstract Set<String> ownParameters();

  /** Whether host and port stand there as in its tokens. */
  abstract boolean isFormOf(PresignedRequest request);

  /** Whether a token is for the endpoint's port, as far as it names one. */
  abstract boolean hasPort(int port, PresignedRequest request);

  /** Whether a token is for a user. */
  abstract boolean hasUser(String user, PresignedRequest request);

  /** The action that a policy must allow for a login as this user. */
  abstract String action(String user);

  void demandDsql(String what) {
    demand(DSQL, what);
  }

  void demandRds(String what) {
    demand(RDS, what);
  }

  private void demand(Service service, String what) {
    if (this != service) {
      throw new IllegalStateException("A stand-in for " + this + " does not have " + what + ".");
    }
  }
}
