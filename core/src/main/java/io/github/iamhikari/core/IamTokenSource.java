package io.github.iamhikari.core;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;

/**
 * Gives the current IAM token of a database user, for a client that connects without JDBC, such as
 * R2DBC or Vert.x. Ask for the token each time such a client opens a connection; {@link
 * IamDataSource} does that for JDBC.
 *
 * <p>A token is signed when the first one is asked for, and again when it is due, on a thread of
 * its own that ends with the signing. Callers get the same token until then, without a wait. After
 * a failure no other signing is tried for 1 s, and up to 30 s after more of them. Nothing is sent
 * to the database, so a login that it refuses is not known here. At a global endpoint without
 * {@code iam_region} a new token is for the region that the writer was in no more than 30 s before;
 * set {@code iam_expiration} to how soon clients should follow it to another region.
 *
 * <p>A token is a password: have the client verify the server (TLS) before it sends one.
 *
 * <p>May be shared between threads. Those that are given no AWS credentials provider share the
 * SDK's default chain, one per profile, with each other and with every {@code IamDataSource},
 * opened by the first and closed by the last; {@link #close()} ends that.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 */
public final class IamTokenSource implements AutoCloseable {

  /** Shorter than a token's use unless that is set: each new token is for the present writer. */
  private static final Duration TRUST_IN_REGION = Duration.ofSeconds(30);

  private final TokenRequest request;
  private final Duration patience;
  private final TokenFactory factory;
  private final PerUser<CachedToken> tokens;
  private volatile boolean isClosed;

  private IamTokenSource(Builder builder, LoginConfiguration login) {
    this.request = login.request();
    this.patience = builder.patience;
    this.factory = new TokenFactory(builder, login, TRUST_IN_REGION);
    this.tokens = new PerUser<>(request, factory::tokensOf, CachedToken::isIdle);
  }

  /** {@return a builder without settings} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the user whose token it is unless {@link #getToken(String)} names another} */
  public String getUser() {
    return request.user();
  }

  /**
   * Gives a login's password. It is a secret; do not log it.
   *
   * @return the token that the configured user logs in with now
   * @throws IllegalStateException if none lives and none can be signed within the {@linkplain
   *     Builder#patience patience}, or this is closed; the message says why
   */
  public String getToken() {
    return current().value();
  }

  /**
   * Gives a login's password. It is a secret; do not log it.
   *
   * @param user the database user
   * @return the token that this user logs in with now
   * @throws IllegalStateException as {@link #getToken()} does
   */
  public String getToken(String user) {
    return current(user).value();
  }

  /**
   * Gives a login's password, and when it ends.
   *
   * @return the token that the configured user logs in with now
   * @throws IllegalStateException as {@link #getToken()} does
   */
  public Token current() {
    return current(tokens.ofConfigured());
  }

  /**
   * Gives a login's password, and when it ends.
   *
   * @param user the database user
   * @return the token that this user logs in with now
   * @throws IllegalStateException as {@link #getToken()} does
   */
  public Token current(String user) {
    return current(tokens.of(user));
  }

  private Token current(CachedToken tokensOfUser) {
    throwIfClosed();
    try {
      IamToken token = tokensOfUser.current(patience);
      return new Token(token.value(), token.usableUntil());
    } catch (SQLException e) {
      throwIfClosed(); // while somebody waited
      throw new IllegalStateException(e.getMessage(), e.getCause());
    }
  }

  private void throwIfClosed() {
    if (isClosed) {
      throw new IllegalStateException(this + " has been closed.");
    }
  }

  /**
   * Gives up its share in the AWS credentials provider, if none was given, lets go whoever waits
   * for a token, and gives none any more. Tokens that were given stay as good as they were.
   */
  @Override
  public void close() {
    isClosed = true;
    tokens.forEach(CachedToken::close);
    factory.close();
  }

  /** Whose tokens, and where; no secret. */
  @Override
  public String toString() {
    return "IamTokenSource (" + request + ")";
  }

  /**
   * A token and its end. Immutable.
   *
   * @param value what is sent as the password. It is a secret; do not log it.
   * @param usableUntil until when a login may be sent with it: the earliest of {@code
   *     iam_expiration} after its signing and, 10 s early, the end of the AWS credentials that
   *     signed it. A connection outlives it. With {@code iam_expiration} 0 it is when the token was
   *     signed: ask for another one for each login.
   */
  public record Token(String value, Instant usableUntil) {

    /** Until when it is usable, without the token. */
    @Override
    public String toString() {
      return "an IAM token, usable until " + usableUntil;
    }
  }

  /** Collects the settings of an {@link IamTokenSource}. Not for several threads. */
  public static final class Builder extends LoginBuilder<Builder> {

    private static final Duration LONGEST_PATIENCE = Duration.ofDays(1);

    private final Properties endpoint = new Properties();
    private Duration patience = Duration.ofSeconds(30);

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets the endpoint that tokens are for: the database's own name and port, whatever the client
     * connects to. They count as {@code iam_host} and {@code iam_default_port}.
     *
     * @param host its name, such as {@code orders.c9akciq32rgb.us-east-2.rds.amazonaws.com}
     * @param port its port
     * @return this
     */
    public Builder endpoint(String host, int port) {
      endpoint.setProperty(IamSettings.HOST, host);
      endpoint.setProperty(IamSettings.DEFAULT_PORT, Integer.toString(port));
      return this;
    }

    /**
     * Sets for how long a caller waits for a token if none lives.
     *
     * @param patience 30 s unless set; none if it is negative, a day if it is longer
     * @return this
     */
    public Builder patience(Duration patience) {
      boolean isLong = patience.compareTo(LONGEST_PATIENCE) > 0;
      this.patience = isLong ? LONGEST_PATIENCE : patience.isNegative() ? Duration.ZERO : patience;
      return this;
    }

    /**
     * Checks the settings. Nothing is sent to AWS.
     *
     * @return what gives tokens as this builder was told
     * @throws IllegalArgumentException if a setting is wrong or missing; the message says which and
     *     what to write instead
     */
    public IamTokenSource build() {
      LoginConfiguration login =
          LoginConfiguration.ofEndpoint(name, this::warn, endpoint, user, properties);
      login.announce(name, credentialsProvider);
      return new IamTokenSource(this, login);
    }
  }
}
