/**
 * The demonstration around the service; a service of your own needs none of it.
 *
 * <ul>
 *   <li>{@code LocalAwsInitializer} starts {@code LocalAws}: local-rds with a real PostgreSQL and a
 *       real MariaDB, and a {@code CredentialsService} that the AWS SDK asks as it does in a
 *       container.
 *   <li>{@code Load} places orders by HTTP, within bounds.
 *   <li>{@code Observer} takes a {@code Sample} each second, of what HikariCP, iam-hikari and the
 *       server tell, and {@code EventStream} sends it to the page.
 *   <li>{@code Actions} is behind the buttons, which break things and mend them.
 * </ul>
 */
@NullMarked
package io.github.iamhikari.webservice.demo;

import org.jspecify.annotations.NullMarked;
