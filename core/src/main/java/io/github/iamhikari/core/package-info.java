/**
 * A token that is good for one login to Amazon RDS or Aurora, now.
 *
 * <p>The way of one login: {@link io.github.iamhikari.core.IamDataSource} has {@code IamLogins}
 * open a connection through the JDBC driver, with the living token of {@code CachedToken}, which
 * {@code RdsTokenSigner} signs when it is due. {@code LoginFailure} reads what the server says of
 * it, and {@code IamLogins} remembers for a while what it said to a new token. What the token is
 * signed for comes from {@code LoginTarget} ({@code JdbcUrl} reads the URL), {@code RdsHost} (an
 * endpoint's name) and {@link io.github.iamhikari.core.IamSettings} (the {@code iam_*} properties);
 * the AWS credentials from a provider that was given, or from {@code DefaultCredentials}, which
 * pools share. {@code TransportSecurity} sees to it that the token travels over TLS only.
 *
 * <p>This package knows no connection pool: any pool can stand on {@code IamDataSource}.
 */
@NullMarked
package io.github.iamhikari.core;

import org.jspecify.annotations.NullMarked;
