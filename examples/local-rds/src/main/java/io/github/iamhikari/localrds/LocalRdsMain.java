package io.github.iamhikari.localrds;

import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * Runs {@link LocalRds} for both engines and prints how to log in with any client, until it is
 * stopped, as by Ctrl-C.
 */
public final class LocalRdsMain {

  private LocalRdsMain() {}

  /**
   * Starts both, and waits.
   *
   * @param arguments not used
   * @throws InterruptedException if its thread is interrupted, which stops both as well
   */
  public static void main(String[] arguments) throws InterruptedException {
    // This program logs nothing, and SLF4J need not say so.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    AccessKey key = AccessKey.random();
    try (LocalRds postgres = LocalRds.postgres().credentials(key).start();
        LocalRds mariaDb = LocalRds.mariaDb().credentials(key).start()) {
      System.out.println(instructions(key, postgres, mariaDb));
      new CountDownLatch(1).await();
    }
  }

  private static String instructions(AccessKey key, LocalRds postgres, LocalRds mariaDb) {
    return String.format(
        Locale.ROOT,
        """

        Both databases let in who has an IAM token of this access key, which they alone know:

          export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s
          unset AWS_SESSION_TOKEN AWS_PROFILE

        PostgreSQL:

          export PGPASSWORD="%s"
          psql "host=127.0.0.1 port=%d dbname=%s user=%s sslmode=verify-full sslrootcert=%s"

        MariaDB, with a client of MySQL or MariaDB:

          export MYSQL_PWD="%s"
          mysql --host=127.0.0.1 --port=%d --user=%s --ssl-ca=%s --enable-cleartext-plugin %s

        A program in Java trusts both with

          -Djavax.net.ssl.trustStore=%s

        A token is good for 15 minutes. Stop with Ctrl-C.
        """,
        key.id(),
        key.secret(),
        token(postgres),
        postgres.listeningPort(),
        postgres.database(),
        postgres.account(),
        postgres.certificateAuthority(),
        token(mariaDb),
        mariaDb.listeningPort(),
        mariaDb.account(),
        mariaDb.certificateAuthority(),
        mariaDb.database(),
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
