/**
 * Local AWS: stand-ins for the services around Amazon RDS, for tests. They speak HTTP on 127.0.0.1,
 * hand out credentials that a {@link io.github.iamhikari.localrds.LocalRds} accepts, and can be
 * broken and repaired.
 *
 * <ul>
 *   <li>{@link io.github.iamhikari.localaws.LocalAws} is STS, RDS and IAM, with users, roles and
 *       databases; {@link io.github.iamhikari.localaws.LocalGlobalCluster} is a global one.
 *   <li>{@link io.github.iamhikari.localaws.LocalRole} is an IAM role with temporary credentials,
 *       {@link io.github.iamhikari.localaws.Statement} what a user or a role may do.
 *   <li>{@link io.github.iamhikari.localaws.LocalMetadataService} and {@link
 *       io.github.iamhikari.localaws.LocalContainerCredentials} hand out a role's credentials on an
 *       instance and in a container.
 *   <li>{@link io.github.iamhikari.localaws.HttpStandIn} is the HTTP server below them; {@link
 *       io.github.iamhikari.localaws.HttpFault}, {@link io.github.iamhikari.localaws.Garbage} and
 *       {@link io.github.iamhikari.localaws.Hang} break it.
 * </ul>
 *
 * <p>They are written from Amazon's descriptions of these services and use no AWS SDK.
 */
@NullMarked
package io.github.iamhikari.localaws;

import org.jspecify.annotations.NullMarked;
