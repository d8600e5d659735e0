package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

/** With {@link TrustInLocalRds}, as the tests of every module. */
class TrustStoreTest {

  @Test
  void isWhatThisJvmTrusts() throws Exception {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    X509TrustManager jvm = (X509TrustManager) factory.getTrustManagers()[0];
    X509Certificate authority = CertificateAuthority.certificate();

    assertThat(jvm.getAcceptedIssuers())
        .hasSize(certificates(LocalRds.trustStore()).size())
        .contains(authority);
  }

  @Test
  void keepsTheRootsOfTheJdk() throws Exception {
    Path security = Path.of(System.getProperty("java.home"), "lib", "security");
    assumeTrue(Files.notExists(security.resolve("jssecacerts")), "the JDK's own roots count");

    List<Certificate> roots = certificates(security.resolve("cacerts"));

    assertThat(roots).isNotEmpty();
    assertThat(certificates(LocalRds.trustStore())).containsAll(roots).hasSizeGreaterThan(1);
  }

  private static List<Certificate> certificates(Path file) throws Exception {
    KeyStore store = KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
    List<Certificate> certificates = new ArrayList<>();
    for (String alias : Collections.list(store.aliases())) {
      assertThat(store.isCertificateEntry(alias)).as(alias).isTrue();
      certificates.add(store.getCertificate(alias));
    }
    return certificates;
  }

  @Test
  void isOneFileThatOnlyItsOwnerReads() throws Exception {
    Path file = LocalRds.trustStore();

    assertThat(LocalRds.trustStore()).isEqualTo(file).isRegularFile();
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }
}
