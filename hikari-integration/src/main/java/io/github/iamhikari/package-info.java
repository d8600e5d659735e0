/**
 * HikariCP logs in to Amazon RDS, Aurora and Aurora DSQL with AWS IAM.
 *
 * <p>{@link io.github.iamhikari.IamHikariDataSource} takes the place of {@code HikariDataSource};
 * it is all that an application names. {@code PoolProperties} reads properties and files, {@code
 * LoginConfig} puts an {@code IamDataSource} under the pool, and {@code WaitingCallers} lets
 * callers of an empty pool learn of a login that failed. {@code PoolConnections} has HikariCP close
 * connections to a server that takes no writes. What an operator sees of the tokens is {@link
 * io.github.iamhikari.IamTokenMXBean}, and the meters of {@code TokenMeters}.
 *
 * <p>For Spring Boot alone there are {@code IamHikariAutoConfiguration} and what it makes: {@code
 * PoolBeanPostProcessor} prepares pools that are beans, {@code PoolMetersPostProcessor} has them
 * measured, {@code HealthOfBoot3} and {@code HealthOfBoot4} show their {@code LoginHealth}, with
 * what a {@code PoolDoctor} finds, and {@code LoginFailureAnalyzer} explains a start that fails. No
 * other class refers to these.
 *
 * <p>For the jar that holds all there is {@code IamHikariCommand}, whose {@code DoctorCommand} has
 * an {@code IamDoctor} examine a login, by the driver of a {@code DriverJar} if need be.
 */
@NullMarked
package io.github.iamhikari;

import org.jspecify.annotations.NullMarked;
