/**
 * Logins to Amazon RDS, Aurora and Aurora DSQL with IAM tokens, for any connection pool.
 *
 * <p>At the start, {@code LoginConfiguration} validates the configuration: {@code JdbcUrl} parses
 * the URL, {@link io.github.iamhikari.core.IamSettings} the {@code iam_*} settings, and {@code
 * EndpointName} the name of an endpoint; {@code LoginTarget} decides what tokens are signed for;
 * {@code TransportSecurity} requires TLS and verification of the server; {@code OtherLogins}
 * rejects properties that would make the driver send something other than the token.
 *
 * <p>For each connection, {@link io.github.iamhikari.core.IamDataSource} lets the {@code Login} of
 * a user open it through the JDBC driver, with the current token from {@code CachedToken}. {@code
 * AwsTokenSigner} signs that token on a {@code SigningThread} when it is due for renewal. The AWS
 * credentials come from a given provider, or from {@code DefaultCredentials}, which pools share.
 * For a global endpoint, {@code WriterRegion} keeps the writer's region, which {@code
 * GlobalDatabase} looks up at RDS. {@code LoginFailure} interprets and explains the server's
 * errors, together with {@code DsqlRefusal} for Aurora DSQL; {@code Login} remembers a rejection
 * for a while, and {@code Pace} spaces the logins of a pool that lets others go first. {@code
 * WriterVerification} checks, if configured, that a new connection leads to the writer, and {@code
 * WriterWatch} notices when connections no longer do.
 *
 * <p>In the TLS handshake the driver calls {@code ServerVerifier}, which uses the {@code
 * RegionRoots} of the endpoint's region, through {@link
 * io.github.iamhikari.core.PostgresSslFactory}, {@link io.github.iamhikari.core.MySqlSocketFactory}
 * or {@link io.github.iamhikari.core.MariaDbTlsPlugin}, which it loads by name.
 *
 * <p>{@link io.github.iamhikari.core.IamTokenSource} returns the same tokens to clients without
 * JDBC; it shares {@code TokenFactory} with {@code IamDataSource}.
 *
 * <p>If a login fails, {@link io.github.iamhikari.core.IamDoctor} examines it step by step: {@code
 * SettingsExamination}, {@code NameExamination}, {@code PortExamination}, {@code TlsExamination},
 * {@code AwsExamination}, {@code LoginExamination} and {@code ServerExamination}. They add what
 * they find to {@code Findings}, which {@code ReportText} formats as text and JSON.
 *
 * <p>This package does not depend on a connection pool. For tools that accept a URL but no {@code
 * DataSource} there is {@link io.github.iamhikari.core.IamDriver}, for which {@code DriverLogins}
 * keeps an {@code IamDataSource} for each URL; {@link io.github.iamhikari.core.FlywayDatabaseType}
 * makes Flyway accept such URLs.
 */
@NullMarked
package io.github.iamhikari.core;

import org.jspecify.annotations.NullMarked;
