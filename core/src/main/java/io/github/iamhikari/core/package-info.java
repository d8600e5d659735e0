/**
 * A token that is good for one login to Amazon RDS or Aurora, now.
 *
 * <p>The way of one login: {@link io.github.iamhikari.core.IamDataSource} asks {@code CachedToken}
 * for a living token, which {@code RdsTokenSigner} signs when it is due, and opens a connection
 * through the JDBC driver with it. What the token is signed for comes from {@code JdbcTarget} (the
 * JDBC URL), {@code RdsHost} (an endpoint's name) and {@link io.github.iamhikari.core.IamSettings}
 * (the {@code iam_*} properties). {@code TransportSecurity} sees to it that the token travels over
 * TLS only, and {@code LoginFailure} reads what a server says of it.
 *
 * <p>This package knows no connection pool: any pool can stand on {@code IamDataSource}.
 */
@NullMarked
package io.github.iamhikari.core;

import org.jspecify.annotations.NullMarked;
