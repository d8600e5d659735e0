package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.TLS;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * The doctor's TLS step: performs a handshake to check that the server supports TLS and can be
 * verified. Closes the connection before any login data is sent.
 */
final class TlsExamination {

  private static final int TIMEOUT_MILLIS = 5_000;

  /** A certificate that expires sooner is reported: Amazon renews its own much earlier. */
  private static final Duration SHORT_LIFE = Duration.ofDays(14);

  private final JdbcUrl.Protocol protocol;
  private final ServerVerification verification;
  private final boolean isOfDsql;
  private final boolean isAtOnce;
  private final InstantSource clock;
  private final Findings findings;

  TlsExamination(LoginConfiguration login, InstantSource clock, Findings findings) {
    this.protocol = login.url().protocol();
    this.verification = ServerVerification.of(login);
    this.isOfDsql = login.request().isOfDsql();
    this.isAtOnce =
        protocol == JdbcUrl.Protocol.POSTGRESQL
            && new TlsProperties(login.url(), login.driverProperties())
                .value(TransportSecurity.NEGOTIATION)
                .equalsIgnoreCase("direct");
    this.clock = clock;
    this.findings = findings;
  }

  void examine(InetSocketAddress server) {
    if (protocol == JdbcUrl.Protocol.OTHER) {
      findings.skipped(
          TLS, "not tried because iam-hikari does not know how this driver starts TLS");
      return;
    }
    try (Socket socket = new Socket()) {
      socket.connect(server, PortExamination.TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      var refusal =
          isAtOnce ? Optional.<TlsRequest.Answer>empty() : new TlsRequest(protocol).ask(socket);
      if (refusal.isPresent()) {
        explain(refusal.get());
        return;
      }
      try (SSLSocket tls = verification.tls().over(socket)) {
        if (isAtOnce) {
          TlsRequest.nameProtocol(tls);
        }
        tls.startHandshake();
        describe(tls.getSession());
      }
    } catch (SSLException e) {
      explain(e);
    } catch (SocketTimeoutException e) {
      findings.failed(
          TLS, noDatabase(), "the server did not answer within %d s", TIMEOUT_MILLIS / 1_000);
    } catch (IOException | GeneralSecurityException e) {
      findings.failed(TLS, noDatabase(), "the connection failed: %s", e.getMessage());
    }
  }

  private void describe(SSLSession session) throws IOException, GeneralSecurityException {
    X509Certificate[] chain = chain(session);
    StringJoiner subjects = new StringJoiner(", issued by ");
    for (X509Certificate certificate : chain) {
      subjects.add(ServerVerifier.nameOf(certificate.getSubjectX500Principal().getName()));
    }
    X509Certificate last = chain[chain.length - 1];
    if (!last.getIssuerX500Principal().equals(last.getSubjectX500Principal())) {
      subjects.add(ServerVerifier.nameOf(last.getIssuerX500Principal().getName()));
    }
    Instant end = chain[0].getNotAfter().toInstant();
    String roots = verification.tls().verifier().rootsOf(chain, "UNKNOWN").orElse("unknown roots");
    String seen =
        Findings.words(
            "%s (%s); the certificate is for %s, valid until %s: %s, and chains to %s",
            session.getProtocol(),
            session.getCipherSuite(),
            verification.tls().endpoint(),
            ServerVerifier.day(end),
            subjects,
            roots);
    boolean endsSoon = end.isBefore(clock.instant().plus(SHORT_LIFE));
    if (endsSoon && !isOfDsql) { // only Amazon renews those of DSQL
      findings.warning(TLS, "Renew the database's certificate before that day.", "%s", seen);
      return;
    }
    findings.ok(TLS, "%s", seen);
  }

  private static X509Certificate[] chain(SSLSession session) throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    for (Certificate certificate : session.getPeerCertificates()) {
      if (certificate instanceof X509Certificate x509) {
        chain.add(x509);
      }
    }
    return chain.toArray(new X509Certificate[0]);
  }

  private void explain(TlsRequest.Answer answer) {
    switch (answer.refusal()) {
      case NO_TLS ->
          findings.failed(
              TLS,
              "The server accepts IAM logins over TLS only: the JDBC URL must lead to the database"
                  + " itself, or to a proxy that does not terminate TLS.",
              "the server does not support TLS");
      case NO_SUCH_DATABASE ->
          findings.failed(
              TLS,
              noDatabase(),
              "the server does not speak the protocol of %s: it answered %s",
              protocol.driver(),
              answer.words());
      case NO_ENTRY ->
          findings.skipped(TLS, "not tried because the server says: %s", answer.words());
    }
  }

  private void explain(SSLException failure) {
    String words = String.valueOf(failure.getMessage());
    boolean isOfCertificate = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      words =
          cause instanceof UnverifiedServerException ? String.valueOf(cause.getMessage()) : words;
      isOfCertificate |= cause instanceof CertificateException;
    }
    if (!isOfCertificate) {
      findings.failed(TLS, noDatabase(), "the TLS handshake failed: %s", words);
      return;
    }
    if (verification.by() == ServerVerification.By.THIS_LIBRARY) {
      findings.failed(TLS, remedy(words), "%s", words);
      return;
    }
    String advice =
        verification.by() == ServerVerification.By.NOBODY
            ? "Anyone on the network path could read the token: remove "
                + verification.mode()
                + ", and iam-hikari verifies the server."
            : "The driver verifies the server with its own settings, and may accept it.";
    findings.warning(TLS, advice, "%s", words);
  }

  /** The advice for a fault that {@link ServerVerifier} reported. */
  private String remedy(String words) {
    if (words.contains(" has expired") && isOfDsql) {
      return "Correct this machine's clock if it is wrong. Amazon renews Aurora DSQL's certificates"
          + " itself, so this one may belong to a proxy in between.";
    }
    if (words.contains(" has expired")) {
      return "If this machine's clock is right, give the database a new certificate (aws rds"
          + " modify-db-instance --ca-certificate-identifier).";
    }
    if (words.contains(" is not valid before ")) {
      return "Correct this machine's clock.";
    }
    if (words.contains(" is not for ")) {
      return "The JDBC URL leads to a server of another name: check the URL, DNS and "
          + IamSettings.HOST
          + ".";
    }
    String roots =
        isOfDsql
            ? " The JVM's trust store must contain Amazon Root CA 1, or sslrootcert must name a"
                + " file that does."
            : " If the certificate authority is newer than this library, give the driver Amazon's"
                + " certificate bundle (sslrootcert, serverSslCert, or trustCertificateKeyStoreUrl"
                + " with the bundle as a key store).";
    return "The JDBC URL must lead to the database itself: a proxy that terminates TLS presents its"
        + " own certificate."
        + roots;
  }

  private String noDatabase() {
    return Findings.words(
        "Check the host and port in the JDBC URL: they must lead to a database that %s supports,"
            + " directly or through a tunnel, not to a load balancer or web server.%s",
        protocol.driver(),
        isAtOnce
            ? " If the server does not support direct TLS, such as PostgreSQL before 17, set "
                + TransportSecurity.NEGOTIATION
                + "=postgres."
            : "");
  }
}
