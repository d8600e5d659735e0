package io.github.iamhikari.localrds;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Runs {@link LocalRds} for PostgreSQL, MariaDB and Aurora DSQL until it is stopped, as by Ctrl-C,
 * and prints how to log in with iam-hikari and with any other client.
 */
public final class LocalRdsMain {

  private static final List<String> OPTIONS =
      List.of("--postgres-port", "--mariadb-port", "--dsql-port");

  private static final String USAGE =
      """
      Starts a PostgreSQL, a MariaDB and an Aurora DSQL on 127.0.0.1 that take IAM tokens.

        --postgres-port=N  where PostgreSQL listens; a free port unless set
        --mariadb-port=N   where MariaDB listens; a free port unless set
        --dsql-port=N      where Aurora DSQL listens; a free port unless set
        --help             prints this
      """;

  private final AccessKey key = AccessKey.random();
  private final PrintStream out;

  private LocalRdsMain(PrintStream out) {
    this.out = out;
  }

  /**
   * Starts all three, and waits. If one does not start, the program says why and ends with status
   * 1.
   *
   * @param arguments the ports, such as {@code --postgres-port=5432}; or {@code --help}
   * @throws InterruptedException if its thread is interrupted, which stops the databases
   */
  public static void main(String[] arguments) throws InterruptedException {
    // This program logs nothing, and SLF4J need not say so.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    if (List.of(arguments).contains("--help")) {
      System.out.print(USAGE);
      return;
    }
    try {
      new LocalRdsMain(System.out).run(ports(arguments));
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println("local-rds: " + e.getMessage());
      System.exit(1);
    }
  }

  private static Map<String, Integer> ports(String[] arguments) {
    Map<String, Integer> ports = new HashMap<>();
    for (String argument : arguments) {
      String[] option = argument.split("=", 2);
      if (!OPTIONS.contains(option[0]) || option.length == 1 || !option[1].matches("\\d{1,5}")) {
        throw new IllegalArgumentException("Unknown argument " + argument + ". See --help.");
      }
      ports.put(option[0], Integer.valueOf(option[1]));
    }
    return ports;
  }

  private void run(Map<String, Integer> ports) throws InterruptedException {
    out.printf(
        Locale.ROOT,
        "local-rds starts. It needs up to %d MB in %s; the first start takes longest.%n",
        Arrays.stream(DiskSpace.values()).mapToInt(DiskSpace::megabytes).sum()
            + DiskSpace.POSTGRES_DATA.megabytes(),
        System.getProperty("java.io.tmpdir"));
    try (LocalRds postgres = start("PostgreSQL", LocalRds.postgres(), OPTIONS.get(0), ports);
        LocalRds mariaDb = start("MariaDB", LocalRds.mariaDb(), OPTIONS.get(1), ports);
        LocalRds dsql = start("Aurora DSQL", LocalRds.dsql(), OPTIONS.get(2), ports)) {
      out.println(
          String.join(
              "\n", credentials(), postgres(postgres), mariaDb(mariaDb), dsql(dsql), hints()));
      new CountDownLatch(1).await();
    }
  }

  private LocalRds start(
      String name, LocalRds.Builder builder, String option, Map<String, Integer> ports) {
    out.println("Starting " + name + " ...");
    try {
      return builder.port(ports.getOrDefault(option, 0)).credentials(key).start();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IllegalStateException(
          name + " did not start. " + e.getMessage() + " The port is set by " + option + ".", e);
    }
  }

  private String credentials() {
    return String.format(
        Locale.ROOT,
        """

        The databases accept the IAM tokens of one access key, made for this run:

          export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s
          unset AWS_SESSION_TOKEN AWS_PROFILE

        Each hikari.properties below is for new IamHikariDataSource("hikari.properties").
        """,
        key.id(),
        key.secret());
  }

  private static String postgres(LocalRds postgres) {
    return String.format(
        Locale.ROOT,
        """
        ## PostgreSQL: hikari.properties

        %s

        ## PostgreSQL: psql

          export PGPASSWORD="%s"
          psql "host=127.0.0.1 port=%d dbname=%s user=%s sslmode=verify-full sslrootcert=%s"
        """,
        postgres.clientSettings().file(),
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
        ## MariaDB: hikari.properties

        %s

        ## MariaDB: a client of MySQL or MariaDB

          export MYSQL_PWD="%s"
          mysql --host=127.0.0.1 --port=%d --user=%s --ssl-ca=%s --enable-cleartext-plugin %s
        """,
        mariaDb.clientSettings().file(),
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
        ## Aurora DSQL: hikari.properties

        %7$s

        ## Aurora DSQL: psql, as a user and as admin, with version 2 of the AWS CLI

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
        dsql.certificateAuthority(),
        dsql.clientSettings().file());
  }

  private static String hints() {
    return String.format(
        Locale.ROOT,
        """
        A Java program trusts all three, whatever its driver, with

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
