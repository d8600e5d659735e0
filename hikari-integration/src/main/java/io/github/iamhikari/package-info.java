/**
 * A HikariCP pool that logs in to Amazon RDS, Aurora and Aurora DSQL with AWS IAM.
 *
 * <p>{@link io.github.iamhikari.IamHikariDataSource} replaces {@code HikariDataSource} and is the
 * only type that most applications use. {@code PoolProperties} reads properties and files, {@code
 * LoginConfig} installs an {@code IamDataSource} under the pool, and {@code WaitingCallers} makes
 * callers of an empty pool fail fast. {@code PoolConnections} makes HikariCP close connections to a
 * server that rejects writes. {@link io.github.iamhikari.IamTokenMXBean} and {@code TokenMeters}
 * expose the state of the tokens.
 *
 * <p>Spring Boot uses {@code IamHikariAutoConfiguration}: {@code PoolBeanPostProcessor} configures
 * pools that are beans, {@code PoolMetersPostProcessor} gives them a meter registry, {@code
 * HealthOfBoot3} and {@code HealthOfBoot4} publish {@code LoginHealth} with the findings of a
 * {@code PoolDoctor}, and {@code LoginFailureAnalyzer} explains a failed start. No other class
 * refers to these.
 *
 * <p>The all-in-one jar runs {@code IamHikariCommand}, whose {@code DoctorCommand} diagnoses a
 * login, loading the driver from a {@code DriverJar} if necessary.
 */
@NullMarked
package io.github.iamhikari;

import org.jspecify.annotations.NullMarked;
