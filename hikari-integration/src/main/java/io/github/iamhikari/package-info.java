/**
 * HikariCP logs in to Amazon RDS and Aurora with AWS IAM.
 *
 * <p>{@link io.github.iamhikari.IamHikariDataSource} takes the place of {@code HikariDataSource};
 * it is all that an application names. {@code PoolProperties} reads properties and files, {@code
 * LoginConfig} puts an {@code IamDataSource} under the pool, and {@code WaitingCallers} lets
 * callers of an empty pool learn of a login that failed. What an operator sees of the tokens is
 * {@link io.github.iamhikari.IamTokenMXBean}, and the meters of {@code TokenMeters}.
 */
@NullMarked
package io.github.iamhikari;

import org.jspecify.annotations.NullMarked;
