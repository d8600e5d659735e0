/**
 * A stand-in for Amazon RDS and Aurora DSQL on one machine: real databases behind TLS and an IAM
 * login.
 *
 * <p>{@link io.github.iamhikari.localrds.LocalRds} starts a PostgreSQL or MariaDB server and a
 * gateway before it, or the gateway alone before a server that runs already: PostgreSQL, MySQL or
 * MariaDB. {@link io.github.iamhikari.localrds.LocalCluster} is a primary and its standby that can
 * fail over. Tests use them through the extensions in {@code io.github.iamhikari.localrds.junit};
 * {@link io.github.iamhikari.localrds.LocalRdsMain} is a program for any client.
 *
 * <p>One login, from the client to the database:
 *
 * <ol>
 *   <li>{@code Gateway} accepts a {@code Connection} and gives it to the engine's {@code
 *       LoginProtocol}: {@code PostgresLogin} or {@code MySqlLogin}, which speak in {@code
 *       PostgresMessage} or {@code MySqlPacket}. What RDS and Aurora DSQL do in different ways is
 *       in {@code RdsForPostgres} and {@code Dsql}.
 *   <li>That starts TLS with a certificate of the {@code CertificateAuthority}, asks the client for
 *       its token, and asks the {@code Authenticator}, which records each {@link
 *       io.github.iamhikari.localrds.Login} with its {@link io.github.iamhikari.localrds.Refusal},
 *       if any.
 *   <li>The {@code Authenticator} asks the {@code TokenVerifier}, which parses the token as a
 *       {@code PresignedRequest} of its {@code Service}, and computes its signature by {@code
 *       SignatureV4}.
 *   <li>If the token is valid, the gateway logs in to the {@code Database} for the client, with a
 *       password that only it knows, sent as the server asks for it ({@code ScramSha256}, {@code
 *       CachingSha2Password}, {@code NativePassword}), and from then on passes bytes.
 * </ol>
 *
 * <p>It shares no code with the signer in {@code core} and uses no AWS SDK, so that it can find
 * errors in both.
 *
 * <p>What differs from RDS: TLS ends at the gateway, so the database's own views, such as {@code
 * pg_stat_ssl}, show none; and no account logs in by a password.
 */
@NullMarked
package io.github.iamhikari.localrds;

import org.jspecify.annotations.NullMarked;
