package io.github.iamhikari.localrds;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Aurora DSQL. A client names the cluster by TLS (SNI) or, if it connects to another name, by the
 * option {@code amzn-cluster-id}.
 *
 * <p>Refused clients get the errors that AWS documents. The error without TLS, and the SQLSTATE of
 * a missing name, are guesses.
 *
 * @param endpoint the cluster's
 * @param arn the cluster's ARN
 * @param connections their limit
 * @see <a
 *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/troubleshooting.html">Troubleshooting
 *     issues in Aurora DSQL</a>
 * @see <a href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html">Cluster
 *     quotas and database limits</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/privatelink-managing-clusters.html">
 *     Connecting to clusters using AWS PrivateLink</a>
 */
record Dsql(Endpoint endpoint, String arn, ConnectionLimit connections) implements PostgresService {

  private static final Pattern CLUSTER_ID = Pattern.compile("(?:-c *|--)amzn-cluster-id=(\\S*)");

  private static final String CONNECTION_FAILURE = "08006";
  private static final String INVALID_AUTHORIZATION = "28000";
  private static final String TOO_MANY_CONNECTIONS = "53300";
  private static final String CONFIGURED_LIMIT_EXCEEDED = "53400";

  @Override
  public Optional<Refusal> refuse(Connection connection, PostgresStartup startup) {
    if (connection.tlsProtocol() == null) {
      return Optional.of(Refusal.NO_TLS);
    }
    Matcher option = CLUSTER_ID.matcher(startup.options());
    boolean isOption = option.find();
    Optional<String> name = isOption ? Optional.of(option.group(1)) : connection.serverName();
    if (name.isEmpty()) {
      return Optional.of(Refusal.NO_SERVER_NAME);
    }
    if (!name.get().equalsIgnoreCase(isOption ? endpoint.firstLabel() : endpoint.host())) {
      return Optional.of(Refusal.WRONG_SERVER_NAME);
    }
    return connections.takes(connection)
        ? Optional.empty()
        : Optional.of(Refusal.TOO_MANY_CONNECTIONS);
  }

  @Override
  public PostgresMessage answer(Login login, PostgresStartup startup) {
    return switch (Objects.requireNonNull(login.refusal())) {
      case NO_TLS ->
          PostgresMessage.fatal(
              CONNECTION_FAILURE, "unable to accept connection, ssl was not requested");
      case NO_SERVER_NAME ->
          PostgresMessage.fatal(
              CONNECTION_FAILURE, "unable to accept connection, sni was not received");
      case TOO_MANY_CONNECTIONS ->
          PostgresMessage.fatal(
              TOO_MANY_CONNECTIONS, "Unable to accept connection, too many open connections.");
      case THROTTLED ->
          PostgresMessage.fatal(
              CONFIGURED_LIMIT_EXCEEDED, "Unable to accept connection, rate exceeded.");
      case EXPIRED -> accessDenied("HSignature expired: " + value(login, PresignedRequest.DATE));
      case WRONG_USER ->
          accessDenied(
              "HWrong user to action mapping. user: "
                  + login.user()
                  + ", action: "
                  + value(login, PresignedRequest.ACTION));
      case NOT_AUTHORIZED -> accessDenied(notAuthorized(login));
      default -> accessDenied();
    };
  }

  private static PostgresMessage accessDenied(String... hint) {
    return PostgresMessage.fatal(
        INVALID_AUTHORIZATION, "unable to accept connection, access denied", hint);
  }

  /** DSQL's hint, except for the name of the IAM user, which is not known here. */
  private String notAuthorized(Login login) {
    String action = Service.DSQL.action(login.user());
    return String.format(
        Locale.ROOT,
        "HUser: %s is not authorized to perform: %s on resource: %s"
            + " because no identity-based policy allows the %s action",
        arn.replaceFirst(":dsql:[^:]*:([0-9]*):.*", ":iam::$1:user/local"),
        action,
        arn,
        action);
  }

  private static String value(Login login, String parameter) {
    return PresignedRequest.parse(login.token())
        .map(request -> request.value(parameter))
        .orElse("");
  }

  /** PostgreSQL does not know the option. */
  @Override
  public PostgresStartup forDatabase(PostgresStartup startup) {
    Matcher option = CLUSTER_ID.matcher(startup.options());
    return option.find() ? startup.withOptions(option.replaceAll("")) : startup;
  }
}
