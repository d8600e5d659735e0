/**
 * A token that is good for one login to Amazon RDS, Aurora or Aurora DSQL, now.
 *
 * <p>At the start, {@code LoginConfiguration} checks what was configured: {@code JdbcUrl} reads the
 * URL, {@link io.github.iamhikari.core.IamSettings} the {@code iam_*} properties and {@code
 * EndpointName} an endpoint's name; {@code LoginTarget} decides what tokens are signed for; {@code
 * TransportSecurity} keeps them on TLS and sees to it that the server is verified, and {@code
 * OtherLogins} refuses what would have the driver send something else.
 *
 * <p>Then, for each connection, {@link io.github.iamhikari.core.IamDataSource} has the {@code
 * Login} of a user open it through the JDBC driver, with the living token of {@code CachedToken},
 * which {@code AwsTokenSigner} signs on a {@code SigningThread} when it is due. The AWS credentials
 * come from a provider that was given, or from {@code DefaultCredentials}, which pools share. At a
 * global endpoint {@code WriterRegion} knows the region, which {@code GlobalDatabase} asks RDS for.
 * {@code LoginFailure} reads and explains what the server says, with {@code DsqlRefusal} at Aurora
 * DSQL, and {@code Login} keeps a refusal for a while; {@code Pace} spaces the logins of a pool
 * that gives way to others. {@code WriterVerification} sees to it, where that is wished, that a new
 * connection leads to the writer, and {@code WriterWatch} notices one that does not any more.
 *
 * <p>In the TLS handshake the driver calls {@code ServerVerifier}, with the {@code RegionRoots} of
 * the endpoint, by the one of {@link io.github.iamhikari.core.PostgresSslFactory}, {@link
 * io.github.iamhikari.core.MySqlSocketFactory} and {@link
 * io.github.iamhikari.core.MariaDbTlsPlugin} that it loads by name.
 *
 * <p>{@link io.github.iamhikari.core.IamTokenSource} gives the same tokens to clients without JDBC;
 * {@code TokenFactory} is what both stand on.
 *
 * <p>Where a login fails, {@link io.github.iamhikari.core.IamDoctor} has one examination after the
 * other look at it: {@code SettingsExamination}, {@code NameExamination}, {@code PortExamination},
 * {@code TlsExamination}, {@code AwsExamination}, {@code LoginExamination} and {@code
 * ServerExamination}. They write what they see into {@code Findings}, of which {@code ReportText}
 * makes text and JSON.
 *
 * <p>This package knows no connection pool: any pool can stand on {@code IamDataSource}. What takes
 * no {@code DataSource} but a URL gets {@link io.github.iamhikari.core.IamDriver}, behind which
 * {@code DriverLogins} keeps an {@code IamDataSource} for each URL; {@link
 * io.github.iamhikari.core.FlywayDatabaseType} tells Flyway of it.
 */
@NullMarked
package io.github.iamhikari.core;

import org.jspecify.annotations.NullMarked;
