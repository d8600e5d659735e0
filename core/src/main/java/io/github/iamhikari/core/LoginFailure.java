package io.github.iamhikari.core;

import static java.time.temporal.ChronoUnit.SECONDS;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a driver's exception says of a login with a token, and what to check. */
enum LoginFailure {
  /** The server looked at the token, and refused it. */
  TOKEN_REFUSED(
      "the IAM policy of these AWS credentials must allow rds-db:connect for this user on this"
          + " database",
      "the database user must be set up for IAM (PostgreSQL: GRANT rds_iam; MySQL:"
          + " AWSAuthenticationPlugin), and IAM authentication must be enabled on the database",
      "host, port and region must be the endpoint's own ("
          + String.join(", ", IamSettings.HOST, IamSettings.DEFAULT_PORT, IamSettings.REGION)
          + ")",
      "this machine's clock must be right",
      "the AWS credentials must not be revoked, and their session must not have ended",
      "there must be fewer than about 200 new IAM logins per second"),

  /** The server does not take a token from this user, but wants something else. */
  NO_IAM_USER(
      "the user must exist in the database, spelled exactly like this",
      "the user must be set up for IAM (PostgreSQL: GRANT rds_iam to it; MySQL: create it with"
          + " IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS')",
      "IAM authentication must be enabled on the database"),

  /** The server takes no token without TLS, or does not speak it. */
  TLS_MISSING(
      "the server accepts IAM logins over TLS only, so the driver must use TLS",
      "the JDBC URL must lead to the database itself, or to a proxy that passes TLS through"),

  /** The driver sent no token, since it could not tell that the server is the endpoint. */
  SERVER_UNVERIFIED(
      "the JDBC URL must lead to the database itself: a proxy that terminates TLS presents its own"
          + " certificate",
      IamSettings.HOST + " must be the endpoint that the database's certificate is issued for",
      "an instance whose certificate has expired, such as one issued by rds-ca-2019, needs a new"
          + " one (aws rds modify-db-instance --ca-certificate-identifier)",
      "if the region or the certificate authority is newer than this library, give the driver"
          + " Amazon's certificate bundle (sslrootcert, serverSslCert, or"
          + " trustCertificateKeyStoreUrl with the bundle as a key store)",
      "to skip verification, which lets anyone on the network path read the token, set"
          + " sslmode=require (MySQL: sslMode=REQUIRED; MariaDB: sslMode=trust)"),

  /** The server has no rule that lets this user in from here. */
  NOT_PERMITTED(
      "the server must allow this user to connect from this machine's address (PostgreSQL:"
          + " pg_hba.conf; MySQL: the user's host)",
      "the user's account must not be locked"),

  /** The server lets nobody more in; that passes. */
  TOO_MANY_CONNECTIONS(
      "all pools together must not exceed the database's max_connections or the user's connection"
          + " limit"),

  /** The server takes no more logins for now, and says so. Waiting helps. */
  TOO_MANY_LOGINS(
      "all instances together must not open more than 100 connections per second to an Aurora DSQL"
          + " cluster, after a burst of 1,000"),

  /** The server cannot tell which database is meant, as the driver's TLS does not name it. */
  NO_SERVER_NAME(
      "the JDBC URL should name the endpoint itself, or omit sslmode and sslfactory, so that"
          + " iam-hikari names the cluster in TLS",
      "otherwise the driver's options must be \"-c amzn-cluster-id=\" followed by the cluster's"
          + " ID"),

  /** Whatever it is, it is no matter of the login. */
  UNRELATED();

  private static final String INVALID_AUTHORIZATION = "28000";
  private static final String INVALID_PASSWORD = "28P01";
  private static final String TOO_MANY_CLIENTS = "53300";
  private static final String LIMIT_EXCEEDED = "53400";

  /**
   * What DSQL says of a connection that it does not accept begins so, and then tells the reason.
   */
  private static final String AT_DSQL = "unable to accept connection, ";

  /**
   * What DSQL says of a token whose IAM role cannot be found, or whose session has ended.
   *
   * @see <a
   *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/troubleshooting.html">Troubleshooting
   *     issues in Aurora DSQL</a>
   */
  private static final List<String> OF_A_SESSION =
      List.of("iam authentication failed for user", ": iam role ");

  /** The error codes of MySQL and MariaDB; PostgreSQL has none. */
  private static final Map<Integer, LoginFailure> BY_CODE =
      Map.ofEntries(
          Map.entry(1045, TOKEN_REFUSED),
          Map.entry(1251, NO_IAM_USER), // who logs in in a way that the driver does not know
          Map.entry(1524, NO_IAM_USER), // by a plugin that is not there
          Map.entry(1698, NO_IAM_USER), // by the operating system's user
          Map.entry(3159, TLS_MISSING),
          Map.entry(1129, NOT_PERMITTED), // from an address with too many failures
          Map.entry(1130, NOT_PERMITTED), // from this address
          Map.entry(3118, NOT_PERMITTED), // locked, by MySQL
          Map.entry(4151, NOT_PERMITTED), // locked, by MariaDB
          Map.entry(1040, TOO_MANY_CONNECTIONS),
          Map.entry(1203, TOO_MANY_CONNECTIONS), // of this user
          Map.entry(1226, TOO_MANY_CONNECTIONS)); // of this user, or in this hour

  /** What pgjdbc and MariaDB's driver say of a certificate, without an exception that tells it. */
  private static final List<String> NOT_THIS_SERVER =
      List.of("could not be verified by hostnameverifier", "doesn't correspond to", "self signed");

  /** What the drivers themselves say where the server speaks no TLS: pgjdbc, MySQL's, MariaDB's. */
  private static final List<String> NO_TLS_THERE =
      List.of("does not support ssl", "ssl connection required", "ssl not enabled in the server");

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> checks;

  LoginFailure(String... checks) {
    this.checks = List.of(checks);
  }

  /**
   * One line for whoever is on call: who was refused, with what, and what to check, the likeliest
   * first. It shows no secret, and nothing is asked of the network for it.
   *
   * @param hasSucceeded whether logins of this user succeeded before
   */
  String explain(
      SQLException answer,
      TokenRequest request,
      IamToken token,
      boolean hasSucceeded,
      Instant now) {
    String inShort = inShort(answer, request);
    StringBuilder line = new StringBuilder();
    if (this == SERVER_UNVERIFIED) {
      line.append("No IAM token was sent for ").append(request);
      line.append(" because the server could not be verified: ").append(inShort);
    } else {
      line.append("IAM login failed for ").append(request).append(": ").append(inShort);
      long age = Math.max(0, Duration.between(token.signedAt(), now).toSeconds());
      line.append(". The token was signed ").append(age).append(" s ago with ").append(token.key());
      line.append("; this machine's clock says ").append(now.truncatedTo(SECONDS));
    }
    boolean mayHaveEnded = hasSucceeded || token.key().hasExpiredAt(now);
    List<String> likeliestFirst = likeliestFirst(request, mayHaveEnded);
    return line.append(". ").append(numbered(likeliestFirst)).toString();
  }

  /** What to check, the likeliest first. */
  List<String> checks(TokenRequest request) {
    return request.isOfDsql() ? DsqlRefusal.checks(this, request, checks) : checks;
  }

  /** In one sentence what to check. */
  static String numbered(List<String> checks) {
    StringBuilder line = new StringBuilder("Check");
    for (int i = 0; i < checks.size(); i++) {
      line.append(i == 0 ? " (" : "; (").append(i + 1).append(") ").append(checks.get(i));
    }
    return line.append('.').toString();
  }

  /** The first line of what the server or the driver says, without a full stop. */
  static String inShort(SQLException answer, TokenRequest request) {
    String words = String.valueOf(words(answer)).lines().findFirst().orElse("");
    String line = words.endsWith(".") ? words.substring(0, words.length() - 1) : words;
    return request.isOfDsql() ? line + DsqlRefusal.hint(answer) : line;
  }

  /** What was right before is so still, but for the last of them. */
  private List<String> likeliestFirst(TokenRequest request, boolean mayHaveEnded) {
    List<String> all = checks(request);
    if (this != TOKEN_REFUSED || !mayHaveEnded) {
      return all;
    }
    List<String> whatEndsFirst = new ArrayList<>(all);
    Collections.rotate(whatEndsFirst, request.isOfDsql() ? 1 : 2);
    return whatEndsFirst;
  }

  /**
   * What this library's own verification says of the server, or the JDK's, or the driver's words.
   */
  private static @Nullable String words(SQLException answer) {
    String words = answer.getMessage();
    for (Throwable cause : everyCause(answer)) {
      if (cause instanceof UnverifiedServerException) {
        return cause.getMessage();
      }
      if (cause instanceof CertificateException) {
        words = cause.getMessage();
      }
    }
    return words;
  }

  /** Reads an exception, its causes and the exceptions chained to it. */
  static LoginFailure of(SQLException failure) {
    for (Throwable cause : everyCause(failure)) {
      LoginFailure verdict = UNRELATED;
      if (cause instanceof CertificateException || cause instanceof CertPathBuilderException) {
        verdict = SERVER_UNVERIFIED;
      } else if (cause instanceof SQLException exception) {
        verdict = read(exception);
      }
      if (verdict != UNRELATED) {
        return verdict;
      }
    }
    return UNRELATED;
  }

  /**
   * The same where it is known whose server answered: a PostgreSQL says with the SQLState of too
   * many logins that a statement's files have grown too large.
   */
  static LoginFailure of(SQLException failure, TokenRequest request) {
    LoginFailure verdict = of(failure);
    boolean isLimit = request.isOfDsql() && anyState(failure, LIMIT_EXCEEDED::equals);
    return verdict == UNRELATED && isLimit ? TOO_MANY_LOGINS : verdict;
  }

  /**
   * A driver's exception as it may hang on ours: without a hint of the server's that may repeat a
   * part of the token.
   */
  static SQLException withoutSecrets(SQLException answer) {
    if (everyCause(answer).stream().noneMatch(DsqlRefusal::mayHoldToken)) {
      return answer;
    }
    String firstLine = String.valueOf(answer.getMessage()).lines().findFirst().orElse("");
    SQLException copy = new SQLException(firstLine, answer.getSQLState(), answer.getErrorCode());
    copy.setStackTrace(answer.getStackTrace());
    return copy;
  }

  private static Set<Throwable> everyCause(SQLException failure) {
    Set<Throwable> seen = new LinkedHashSet<>();
    Deque<Throwable> unread = new ArrayDeque<>(Set.of(failure));
    while (!unread.isEmpty()) {
      Throwable next = unread.pop();
      if (!seen.add(next)) {
        continue;
      }
      if (next.getCause() != null) {
        unread.add(next.getCause());
      }
      if (next instanceof SQLException exception && exception.getNextException() != null) {
        unread.add(exception.getNextException());
      }
    }
    return seen;
  }

  /** Whether a server ended a connection, or could not be reached: by SQLState, which all say. */
  static boolean saysThatServerIsAway(SQLException failure) {
    return anyState(failure, state -> state.startsWith("08") || state.startsWith("57P0"));
  }

  /** Whether an exception, a cause of it or one that is chained to it has such an SQLState. */
  private static boolean anyState(SQLException failure, Predicate<String> isWanted) {
    return everyCause(failure).stream()
        .map(cause -> cause instanceof SQLException e ? String.valueOf(e.getSQLState()) : "")
        .anyMatch(isWanted);
  }

  private static LoginFailure read(SQLException exception) {
    LoginFailure byCode = BY_CODE.get(exception.getErrorCode());
    if (byCode != null) {
      return byCode;
    }
    String message = String.valueOf(exception.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains(AT_DSQL)) {
      return readDsql(message);
    }
    if (OF_A_SESSION.stream().anyMatch(message::contains)) {
      return TOKEN_REFUSED;
    }
    return switch (String.valueOf(exception.getSQLState())) {
      case INVALID_PASSWORD -> NO_IAM_USER;
      case TOO_MANY_CLIENTS -> TOO_MANY_CONNECTIONS;
      case INVALID_AUTHORIZATION -> readAuthorization(message);
      default -> readMessage(message);
    };
  }

  /** DSQL refuses a token with 28000 or with 08006; its words tell more than its states. */
  private static LoginFailure readDsql(String message) {
    if (message.contains("access denied")) {
      return TOKEN_REFUSED;
    }
    if (message.contains("sni was not received")) {
      return NO_SERVER_NAME;
    }
    if (message.contains("ssl was not requested")) {
      return TLS_MISSING;
    }
    if (message.contains("rate exceeded")) {
      return TOO_MANY_LOGINS;
    }
    return message.contains("too many open connections") ? TOO_MANY_CONNECTIONS : UNRELATED;
  }

  private static LoginFailure readMessage(String message) {
    if (NOT_THIS_SERVER.stream().anyMatch(message::contains)) {
      return SERVER_UNVERIFIED;
    }
    return NO_TLS_THERE.stream().anyMatch(message::contains) ? TLS_MISSING : UNRELATED;
  }

  /** PostgreSQL says much with one SQLState. */
  private static LoginFailure readAuthorization(String message) {
    if (message.contains("pg_hba.conf")) {
      boolean inClearText = message.contains("no encryption") || message.contains("ssl off");
      return inClearText ? TLS_MISSING : NOT_PERMITTED;
    }
    boolean isNoUser =
        message.contains("does not exist") || message.contains("not permitted to log in");
    return isNoUser ? NO_IAM_USER : TOKEN_REFUSED;
  }
}
