package io.github.iamhikari.core;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;

/**
 * A source of IAM tokens for clients that connect without JDBC, such as R2DBC or Vert.x. Ask it for
 * the token each time the client opens a connection; for JDBC, {@link IamDataSource} does that.
 *
 * <p>The first request triggers the signing of a token; later ones return the same token, without
 * waiting, until it is due for renewal. Signing runs on a short-lived thread of its own. After a
 * failure the next attempt waits for 1 s, and for up to 30 s after repeated ones. This class does
 * not talk to the database, so it does not know whether a login was rejected. For a global endpoint
 * without {@code iam_region}, a new token is signed for the writer's region as of at most 30 s ago;
 * set {@code iam_expiration} to the time within which clients should follow the writer to another
 * region.
 *
 * <p>A token is a password: make the client use TLS and verify the server before it sends one.
 *
 * <p>Thread-safe. All instances without an AWS credentials provider of their own share the SDK's
 * default chain, one per profile, with each other and with every {@code IamDataSource}; the first
 * instance opens it, and the last one closes it. Call {@link #close()} when the instance is no
 * longer needed.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 */
public final class IamTokenSource implements AutoCloseable {

  /**
   * How long a looked-up region is used; shorter than a token's default life, so each new token is
   * for the current writer.
   */
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

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the configured user} */
  public String getUser() {
    return request.user();
  }

  /**
   * Returns the password for a login. It is a secret; do not log it.
   *
   * @return the current token of the configured user
   * @throws IllegalStateException if no token can be signed within the {@linkplain Builder#patience
   *     patience}, or this source is closed; the message says why
   */
  public String getToken() {
    return current().value();
  }

  /**
   * Returns the password for a login. It is a secret; do not log it.
   *
   * @param user the database user
   * @return the current token of this user
   * @throws IllegalStateException as {@link #getToken()} does
   */
  public String getToken(String user) {
    return current(user).value();
  }

  /**
   * Returns the password for a login, and the time until which it may be used.
   *
   * @return the current token of the configured user
   * @throws IllegalStateException as {@link #getToken()} does
   */
  public Token current() {
    return current(tokens.ofConfigured());
  }

  /**
   * Returns the password for a login, and the time until which it may be used.
   *
   * @param user the database user
   * @return the current token of this user
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
      throwIfClosed(); // closed during the wait
      throw new IllegalStateException(e.getMessage(), e.getCause());
    }
  }

  private void throwIfClosed() {
    if (isClosed) {
      throw new IllegalStateException(this + " has been closed.");
    }
  }

  /**
   * Closes this source: it returns no further tokens, callers that wait for one fail immediately,
   * and the share in the default AWS credentials chain is released. Tokens already returned stay
   * valid, and an AWS credentials provider that was passed in stays open. Further calls have no
   * effect.
   */
  @Override
  public void close() {
    isClosed = true;
    tokens.forEach(CachedToken::close);
    factory.close();
  }

  /** {@return the user and the endpoint, without secrets} */
  @Override
  public String toString() {
    return "IamTokenSource (" + request + ")";
  }

  /**
   * A token and the time until which it may be used. Immutable.
   *
   * @param value the token to send as the password; a secret, do not log it
   * @param usableUntil the time until which a login may use it: {@code iam_expiration} after its
   *     signing, or 10 s before the AWS credentials that signed it expire, whichever is earlier.
   *     Open connections are not affected by it. With {@code iam_expiration} 0 this is the time of
   *     the signing: ask for a new token for each login.
   */
  public record Token(String value, Instant usableUntil) {

    /** {@return the time until which the token is usable, without the token} */
    @Override
    public String toString() {
      return "an IAM token, usable until " + usableUntil;
    }
  }

  /** Builds an {@link IamTokenSource}. Not thread-safe. */
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
     * Sets the endpoint that tokens are signed for: the database's own name and port, whatever host
     * the client connects to. Same as {@code iam_host} and {@code iam_default_port}.
     *
     * @param host the endpoint's name, such as {@code
     *     orders.c9akciq32rgb.us-east-2.rds.amazonaws.com}
     * @param port the endpoint's port
     * @return this
     */
    public Builder endpoint(String host, int port) {
      endpoint.setProperty(IamSettings.HOST, host);
      endpoint.setProperty(IamSettings.DEFAULT_PORT, Integer.toString(port));
      return this;
    }

    /**
     * Sets how long a caller waits if there is no usable token.
     *
     * @param patience 30 s by default; a negative value counts as zero, and more than a day as a
     *     day
     * @return this
     */
    public Builder patience(Duration patience) {
      boolean isLong = patience.compareTo(LONGEST_PATIENCE) > 0;
      this.patience = isLong ? LONGEST_PATIENCE : patience.isNegative() ? Duration.ZERO : patience;
      return this;
    }

    /**
     * Checks the settings and builds the token source. Sends nothing to AWS.
     *
     * @return a new token source
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
