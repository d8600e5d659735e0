package io.github.iamhikari.localrds.junit;

import io.github.iamhikari.localrds.LocalRds;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Starts a {@link LocalRds} for the application context of a Spring Boot test, whose {@code
 * spring.datasource} then connects to it:
 *
 * <pre>{@code
 * @SpringBootTest
 * @AutoConfigureLocalRds
 * class OrdersTest {
 *   @Autowired LocalRdsExtension rds;
 *   @Autowired DataSource dataSource;
 * }
 * }</pre>
 *
 * <p>It sets {@code spring.datasource.url} and {@code spring.datasource.username}, and in system
 * properties the access key that the AWS SDK's default credentials provider finds. Everything else
 * is as the application configures it, {@code spring.datasource.type} above all. Its pool must log
 * in with IAM tokens, as the server accepts nothing else.
 *
 * <p>The context has two more beans: the {@link LocalRds}, and a {@link LocalRdsExtension} that
 * lets tokens expire, revokes the access key and shows the logins of a test. Before each test it
 * undoes what the last one did, as it does without Spring; but a pool that the server refused in
 * one test still waits before its next login, as in production. The server is closed with the
 * context, which Spring keeps for other test classes of the same configuration. A test slice such
 * as {@code @JdbcTest} also needs {@code @AutoConfigureTestDatabase(replace = NONE)}.
 *
 * <p>It works with Spring Boot 3.5 and 4.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface AutoConfigureLocalRds {

  /**
   * What the server stands in for.
   *
   * @return RDS for PostgreSQL unless set
   */
  Database value() default Database.POSTGRES;

  /** What a server can stand in for. */
  enum Database {
    /** RDS for PostgreSQL. */
    POSTGRES,
    /** RDS for MariaDB. */
    MARIADB,
    /** Aurora DSQL. */
    DSQL;

    LocalRds.Builder describe() {
      return switch (this) {
        case POSTGRES -> LocalRds.postgres();
        case MARIADB -> LocalRds.mariaDb();
        case DSQL -> LocalRds.dsql();
      };
    }
  }
}
