package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** How PostgreSQL's driver begins to talk to Aurora DSQL. */
@Tag("login")
class DsqlTlsTest {

  private static final String CLUSTER = "abcdefghij0123456789klmnop.dsql-1b7o.us-east-2.on.aws";

  private final HeldCertificate root = TestRegion.authority("Test public authority");

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void namesTheClusterAndItsProtocolWhateverItConnectsTo(boolean byDataSource, @TempDir Path folder)
      throws Exception {
    Path roots = Files.writeString(folder.resolve("roots.pem"), root.certificatePem());
    Properties properties = new Properties();
    properties.setProperty("iam_host", CLUSTER);
    properties.setProperty("sslrootcert", roots.toString());
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + "/postgres";
      CompletableFuture<List<String>> greeting =
          CompletableFuture.supplyAsync(() -> greetingOf(listener, certificate()));
      IamDataSource.Builder builder =
          IamDataSource.builder()
              .user("app")
              .properties(properties)
              .awsCredentialsProvider(() -> AwsBasicCredentials.create("AKIDEXAMPLE", "secret"));
      if (byDataSource) {
        PGSimpleDataSource driver = new PGSimpleDataSource();
        driver.setUrl(url);
        driver.setSslRootCert(roots.toString());
        builder.dataSource(driver);
      } else {
        builder.jdbcUrl(url);
      }

      try (IamDataSource dataSource = builder.build()) {
        assertThatThrownBy(dataSource::getConnection)
            .hasMessageContaining("access denied (Hint: Wrong user to action mapping.)");
      }

      boolean knowsDirectTls = PGProperty.forName("sslNegotiation") != null;
      assertThat(greeting.get()).containsExactly(CLUSTER, knowsDirectTls ? "postgresql" : "");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true, , direct",
    "true, postgres, postgres",
    "false, , direct",
    "false, postgres, postgres"
  })
  void isToldAndSeenAsADataSourceHasIt(boolean byUrl, @Nullable String written, String expected)
      throws SQLException {
    assumeThat(PGProperty.forName("sslNegotiation")).isNotNull();
    PGSimpleDataSource driver = new PGSimpleDataSource();
    Properties properties = new Properties();
    if (byUrl) { // then it tells all of its defaults, and the pool is told what is written
      driver.setUrl("jdbc:postgresql://" + CLUSTER + "/postgres");
    } else {
      driver.setServerNames(new String[] {CLUSTER});
    }
    if (written != null && byUrl) {
      properties.setProperty("sslNegotiation", written);
    } else if (written != null) {
      driver.setProperty("sslNegotiation", written);
    }

    LoginConfiguration login =
        LoginConfiguration.ofDataSource("orders", warning -> {}, driver, "app", properties);

    assertThat(new TlsProperties(login.url(), login.driverProperties()).value("sslNegotiation"))
        .isEqualTo(driver.getProperty("sslNegotiation"))
        .isEqualTo(expected);
  }

  private SSLContext certificate() {
    HeldCertificate certificate =
        new HeldCertificate.Builder()
            .signedBy(root)
            .addSubjectAlternativeName("*.dsql-1b7o.us-east-2.on.aws")
            .build();
    return new HandshakeCertificates.Builder().heldCertificate(certificate).build().sslContext();
  }

  /** Refuses one client, and returns the names that its TLS handshake asked for. */
  private static List<String> greetingOf(ServerSocket listener, SSLContext certificate) {
    try (Socket client = listener.accept()) {
      byte[] first = client.getInputStream().readNBytes(1);
      if (first[0] == 0) { // an SSLRequest, and no TLS yet
        client.getInputStream().skipNBytes(7);
        client.getOutputStream().write('S');
        first = new byte[0];
      }
      SSLSocket tls =
          (SSLSocket)
              certificate
                  .getSocketFactory()
                  .createSocket(client, new ByteArrayInputStream(first), true);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"postgresql"});
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      List<String> names = new ArrayList<>();
      for (SNIServerName name : ((ExtendedSSLSession) tls.getSession()).getRequestedServerNames()) {
        names.add(new String(name.getEncoded(), StandardCharsets.US_ASCII));
      }
      names.add(tls.getApplicationProtocol());
      DataInputStream input = new DataInputStream(tls.getInputStream());
      input.readFully(new byte[input.readInt() - 4]);
      tls.getOutputStream().write(refusal());
      return names;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] refusal() {
    String fields =
        "SFATAL\0C28000\0Munable to accept connection, access denied\0"
            + "HWrong user to action mapping.\0\0";
    String message = "E\0\0\0" + (char) (fields.length() + 4) + fields;
    return message.getBytes(StandardCharsets.ISO_8859_1);
  }
}
