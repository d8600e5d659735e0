package io.github.iamhikari.localrds;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The file of {@link LocalRds#trustStore()}. It is of the format JKS, whose certificates are read
 * without a password; those of PKCS #12 are not.
 */
final class TrustStore {

  private static final char[] PASSWORD = "changeit".toCharArray();

  private static @Nullable Path file;

  private TrustStore() {}

  static synchronized Path file() {
    if (file == null) {
      try {
        file = write(jvmDefaultsAndAuthority());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this JVM's default trust store cannot be copied", e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return file;
  }

  private static KeyStore jvmDefaultsAndAuthority() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("JKS");
    store.load(null, null);
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager trusting) {
        for (X509Certificate root : trusting.getAcceptedIssuers()) {
          store.setCertificateEntry("root " + store.size(), root);
        }
      }
    }
    store.setCertificateEntry("local-rds", CertificateAuthority.certificate());
    return store;
  }

  private static Path write(KeyStore store) throws GeneralSecurityException, IOException {
    Path written = TemporaryFiles.createFile("trust-", ".jks");
    try (OutputStream out = Files.newOutputStream(written)) {
      store.store(out, PASSWORD);
    }
    return written;
  }
}
