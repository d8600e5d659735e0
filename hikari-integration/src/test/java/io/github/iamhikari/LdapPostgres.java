package io.github.iamhikari;

import static java.util.Objects.requireNonNull;

import io.github.iamhikari.localrds.TokenDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A PostgreSQL in a container of the host's network, with TLS of its own, which asks a {@link
 * TokenDirectory} about the members of {@code rds_iam}: {@code app}, and {@code stranger} whom the
 * directory does not know.
 */
final class LdapPostgres implements BeforeAllCallback, AfterAllCallback {

  static final String HOST = "local.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private static final String ADDRESS = "127.0.0.1";

  private final InstantSource clock;
  private final String password = UUID.randomUUID().toString();
  private int port;
  private @Nullable Path certificateAuthority;
  private @Nullable TokenDirectory directory;
  private @Nullable GenericContainer<?> container;

  LdapPostgres(InstantSource clock) {
    this.clock = clock;
  }

  TokenDirectory directory() {
    return requireNonNull(directory);
  }

  /** To be reached by the endpoint's name, which the certificate has. */
  String jdbcUrl() {
    return "jdbc:postgresql://" + HOST + ":" + port + "/postgres";
  }

  Path certificateAuthority() {
    return requireNonNull(certificateAuthority);
  }

  @Override
  public void beforeAll(ExtensionContext test) throws Exception {
    String image = System.getProperty("postgres.image", "postgres:18");
    Docker.assumeAvailable(test, image);
    port = freePort();
    directory = new TokenDirectory(HOST, port, "us-east-2", Set.of("app"), clock);
    container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withEnv("POSTGRES_PASSWORD", password)
            .withNetworkMode("host")
            .withCommand("postgres", "-c", "port=" + port, "-c", "listen_addresses=" + ADDRESS)
            .waitingFor(Docker.login(this::administrationUrl, "postgres", password));
    container.start();
    setUp();
  }

  @Override
  public void afterAll(ExtensionContext test) throws IOException {
    if (container != null) {
      container.stop();
    }
    if (directory != null) {
      directory.close();
    }
    if (certificateAuthority != null) {
      Files.delete(certificateAuthority);
    }
  }

  private String administrationUrl() {
    return "jdbc:postgresql://" + ADDRESS + ":" + port + "/postgres";
  }

  private void setUp() throws Exception {
    HeldCertificate authority = new HeldCertificate.Builder().certificateAuthority(0).build();
    HeldCertificate server =
        new HeldCertificate.Builder().signedBy(authority).addSubjectAlternativeName(HOST).build();
    certificateAuthority = Files.createTempFile("ca", ".pem");
    Files.writeString(certificateAuthority, authority.certificatePem());
    try (Connection connection =
            DriverManager.getConnection(administrationUrl(), "postgres", password);
        Statement statement = connection.createStatement()) {
      statement.execute("create role rds_iam");
      statement.execute("create role app login in role rds_iam");
      statement.execute("create role stranger login in role rds_iam");
      statement.execute("create role nobody login");
      write(connection, "server.crt", server.certificatePem());
      write(connection, "server.key", server.privateKeyPkcs8Pem());
      write(
          connection,
          "pg_hba.conf",
          "hostssl all +rds_iam 127.0.0.1/32 ldap ldapserver=127.0.0.1 ldapport="
              + directory().port()
              + " ldapprefix=\"cn=\" ldapsuffix=\",ou=iam\"");
      statement.execute("alter system set ssl = on");
      statement.execute("select pg_reload_conf()");
      while (!isOn(statement, "ssl")) {
        Thread.onSpinWait();
      }
    }
  }

  /** A session hears of a change when whoever accepts new ones is at it already. */
  private static boolean isOn(Statement statement, String setting) throws SQLException {
    try (ResultSet result = statement.executeQuery("show " + setting)) {
      return result.next() && result.getBoolean(1);
    }
  }

  /** Has the server write a file of its data directory, as nobody else knows where it is. */
  private static void write(Connection connection, String file, String text) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("create temporary table lines (line text)");
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into lines select unnest(string_to_array(?, chr(10)))")) {
      insert.setString(1, text.strip());
      insert.execute();
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("copy lines to program 'umask 077 && cat > " + file + "'");
      statement.execute("drop table lines");
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
