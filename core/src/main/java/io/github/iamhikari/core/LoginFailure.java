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

/** The kinds of failed logins, as read from a driver's exception, with what to check for each. */
enum LoginFailure {
  /** The server checked the token and rejected it. */
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

  /** The server does not accept tokens from this user. */
  NO_IAM_USER(
      "the user must exist in the database, spelled exactly like this",
      "the user must be set up for IAM (PostgreSQL: GRANT rds_iam to it; MySQL: create it with"
          + " IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS')",
      "IAM authentication must be enabled on the database"),

  /** The server requires TLS for tokens, or does not support TLS. */
  TLS_MISSING(
      "the server accepts IAM logins over TLS only, so the driver must use TLS",
      "the JDBC URL must lead to the database itself, or to a proxy that does not terminate TLS"),

  /** The driver sent no token because the server could not be verified. */
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

  /** The server does not allow this user to connect from this machine. */
  NOT_PERMITTED(
      "the server must allow this user to connect from this machine's address (PostgreSQL:"
          + " pg_hba.conf; MySQL: the user's host)",
      "the user's account must not be locked"),

  /** The server has no free connections; temporary. */
  TOO_MANY_CONNECTIONS(
      "all pools together must not exceed the database's max_connections or the user's connection"
          + " limit"),

  /** The server reports too many logins; temporary. */
  TOO_MANY_LOGINS(
      "all instances together must not open more than 100 connections per second to an Aurora DSQL"
          + " cluster, after a burst of 1,000"),

  /** The server cannot tell which cluster is meant, because the driver's TLS does not name it. */
  NO_SERVER_NAME(
      "the JDBC URL should name the endpoint itself, or omit sslmode and sslfactory, so that"
          + " iam-hikari names the cluster in TLS",
      "otherwise the driver's options must be \"-c amzn-cluster-id=\" followed by the cluster's"
          + " ID"),

  /** A failure that has nothing to do with the login. */
  UNRELATED();

  private static final String INVALID_AUTHORIZATION = "28000";
  private static final String INVALID_PASSWORD = "28P01";
  private static final String TOO_MANY_CLIENTS = "53300";
  private static final String LIMIT_EXCEEDED = "53400";

  /** The beginning of DSQL's message about a rejected connection; the reason follows. */
  private static final String AT_DSQL = "unable to accept connection, ";

  /**
   * Parts of DSQL's message about a token whose IAM role cannot be found or whose session has
   * expired.
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
          Map.entry(1251, NO_IAM_USER), // an authentication method that the driver does not support
          Map.entry(1524, NO_IAM_USER), // an authentication plugin that is not loaded
          Map.entry(1698, NO_IAM_USER), // a user of the operating system
          Map.entry(3159, TLS_MISSING),
          Map.entry(1129, NOT_PERMITTED), // blocked address, after too many failures
          Map.entry(1130, NOT_PERMITTED), // not from this address
          Map.entry(3118, NOT_PERMITTED), // locked, by MySQL
          Map.entry(4151, NOT_PERMITTED), // locked, by MariaDB
          Map.entry(1040, TOO_MANY_CONNECTIONS),
          Map.entry(1203, TOO_MANY_CONNECTIONS), // of this user
          Map.entry(1226, TOO_MANY_CONNECTIONS)); // of this user, or in this hour

  /**
   * Messages of pgjdbc and MariaDB's driver about certificates, which come without a typed
   * exception.
   */
  private static final List<String> NOT_THIS_SERVER =
      List.of("could not be verified by hostnameverifier", "doesn't correspond to", "self signed");

  /** Messages of pgjdbc, Connector/J and MariaDB's driver about a server without TLS. */
  private static final List<String> NO_TLS_THERE =
      List.of("does not support ssl", "ssl connection required", "ssl not enabled in the server");

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> checks;

  LoginFailure(String... checks) {
    this.checks = List.of(checks);
  }

  /**
   * Explains the failure in one line: who could not log in, with which key, and what to check, most
   * likely cause first. Contains no secret and needs no network access.
   *
   * @param hasSucceeded whether this user has logged in before
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

  /** What to check, most likely cause first. */
  List<String> checks(TokenRequest request) {
    return request.isOfDsql() ? DsqlRefusal.checks(this, request, checks) : checks;
  }

  /** The checks as one numbered sentence. */
  static String numbered(List<String> checks) {
    StringBuilder line = new StringBuilder("Check");
    for (int i = 0; i < checks.size(); i++) {
      line.append(i == 0 ? " (" : "; (").append(i + 1).append(") ").append(checks.get(i));
    }
    return line.append('.').toString();
  }

  /** The first line of the server's or the driver's message, without a full stop. */
  static String inShort(SQLException answer, TokenRequest request) {
    String words = String.valueOf(words(answer)).lines().findFirst().orElse("");
    String line = words.endsWith(".") ? words.substring(0, words.length() - 1) : words;
    return request.isOfDsql() ? line + DsqlRefusal.hint(answer) : line;
  }

  /**
   * Moves the last checks to the front if the login has worked before, because only those can
   * change.
   */
  private List<String> likeliestFirst(TokenRequest request, boolean mayHaveEnded) {
    List<String> all = checks(request);
    if (this != TOKEN_REFUSED || !mayHaveEnded) {
      return all;
    }
    List<String> whatEndsFirst = new ArrayList<>(all);
    Collections.rotate(whatEndsFirst, request.isOfDsql() ? 1 : 2);
    return whatEndsFirst;
  }

  /** The message of this library's verification or of the JDK's, or else the driver's. */
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

  /** Classifies an exception by its causes and the exceptions chained to it. */
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
   * Classifies an exception of a known service: DSQL's SQLState for too many logins has another
   * meaning in PostgreSQL, where it reports temporary files that have grown too large.
   */
  static LoginFailure of(SQLException failure, TokenRequest request) {
    LoginFailure verdict = of(failure);
    boolean isLimit = request.isOfDsql() && anyState(failure, LIMIT_EXCEEDED::equals);
    return verdict == UNRELATED && isLimit ? TOO_MANY_LOGINS : verdict;
  }

  /**
   * A driver's exception that is safe as a cause: a copy without the server's hint if that may
   * repeat a part of the token.
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

  /** Whether the server ended the connection or could not be reached, according to the SQLState. */
  static boolean saysThatServerIsAway(SQLException failure) {
    return anyState(failure, state -> state.startsWith("08") || state.startsWith("57P0"));
  }

  /** Whether an exception, one of its causes or one chained to it has a matching SQLState. */
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

  /**
   * DSQL rejects a token with 28000 or 08006, so its message is more reliable than its SQLState.
   */
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

  /** PostgreSQL uses one SQLState for several failures. */
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
