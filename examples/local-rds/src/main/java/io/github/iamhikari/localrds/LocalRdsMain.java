package io.github.iamhikari.localrds;

import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * Runs {@link LocalRds} for both engines of RDS and for Aurora DSQL, and prints how to log in with
 * any client, until it is stopped, as by Ctrl-C.
 */
public final class LocalRdsMain {

  private LocalRdsMain() {}

  /**
   * Starts all three, and waits.
   *
   * @param arguments not used
   * @throws InterruptedException if its thread is interrupted, which stops them as well
   */
  public static void main(String[] arguments) throws InterruptedException {
    // This program logs nothing, and SLF4J need not say so.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    AccessKey key = AccessKey.random();
    try (LocalRds postgres = LocalRds.postgres().credentials(key).start();
        LocalRds mariaDb = LocalRds.mariaDb().credentials(key).start();
        LocalRds dsql = LocalRds.dsql().credentials(key).start()) {
      System.out.println(
          String.join(
              "\n",
              credentials(key),
              postgres(postgres),
              mariaDb(mariaDb),
              dsql(dsql),
              hintsForAll()));
      new CountDownLatch(1).await();
    }
  }

  private static String credentials(AccessKey key) {
    return String.format(
        Locale.ROOT,
        """

        The databases let in who has an IAM token of this access key, which they alone know:

          export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s
          unset AWS_SESSION_TOKEN AWS_PROFILE
        """,
        key.id(),
        key.secret());
  }

  private static String postgres(LocalRds postgres) {
    return String.format(
        Locale.ROOT,
        """
        PostgreSQL:

          export PGPASSWORD="%s"
          psql "host=127.0.0.1 port=%d dbname=%s user=%s sslmode=verify-full sslrootcert=%s"
        """,
        token(postgres),
        postgres.listeningPort(),
        postgres.database(),
        postgres.account(),
        postgres.certificateAuthority());
  }

  private static String mariaDb(LocalRds mariaDb) {
    return String.format(
        Locale.ROOT,
        """
        MariaDB, with a client of MySQL or MariaDB:

          export MYSQL_PWD="%s"
          mysql --host=127.0.0.1 --port=%d --user=%s --ssl-ca=%s --enable-cleartext-plugin %s
        """,
        token(mariaDb),
        mariaDb.listeningPort(),
        mariaDb.account(),
        mariaDb.certificateAuthority(),
        mariaDb.database());
  }

  private static String dsql(LocalRds dsql) {
    return String.format(
        Locale.ROOT,
        """
        Aurora DSQL, with tokens of version 2 of the AWS CLI, as a user and as admin:

          export PGPASSWORD="$(aws dsql generate-db-connect-auth-token --hostname %1$s --region %2$s)"
          psql "host=%1$s hostaddr=127.0.0.1 port=%3$d dbname=%4$s user=%5$s sslmode=verify-full sslrootcert=%6$s"

          export PGPASSWORD="$(aws dsql generate-db-connect-admin-auth-token --hostname %1$s --region %2$s)"
          psql "host=%1$s hostaddr=127.0.0.1 port=%3$d dbname=%4$s user=admin sslmode=verify-full sslrootcert=%6$s"
        """,
        dsql.host(),
        dsql.region(),
        dsql.listeningPort(),
        dsql.database(),
        dsql.account(),
        dsql.certificateAuthority());
  }

  private static String hintsForAll() {
    return String.format(
        Locale.ROOT,
        """
        A program in Java trusts them with

          -Djavax.net.ssl.trustStore=%s

        A token is good for 15 minutes. Stop with Ctrl-C.
        """,
        LocalRds.trustStore());
  }

  private static String token(LocalRds database) {
    return String.join(
        " ",
        "$(aws rds generate-db-auth-token",
        "--hostname " + database.host(),
        "--port " + database.port(),
        "--region " + database.region(),
        "--username " + database.account() + ")");
  }
}
