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
 * Whether the server speaks TLS, and is who it must be, by a handshake of its own. The connection
 * is closed before anything of a login is sent.
 */
final class TlsExamination {

  private static final int TIMEOUT_MILLIS = 5_000;

  /** What of its life a certificate should still have: Amazon renews its own much earlier. */
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
      findings.skipped(TLS, "not tried, since it is not known here how this driver asks for TLS");
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
          TLS, noDatabase(), "the server has said nothing for %d s", TIMEOUT_MILLIS / 1_000);
    } catch (IOException | GeneralSecurityException e) {
      findings.failed(TLS, noDatabase(), "the connection broke: %s", e.getMessage());
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
    String roots =
        verification.tls().verifier().rootsOf(chain, "UNKNOWN").orElse("roots that are not known");
    String seen =
        Findings.words(
            "%s (%s); the certificate is for %s and valid until %s: %s, which leads to %s",
            session.getProtocol(),
            session.getCipherSuite(),
            verification.tls().endpoint(),
            ServerVerifier.day(end),
            subjects,
            roots);
    boolean endsSoon = end.isBefore(clock.instant().plus(SHORT_LIFE));
    if (endsSoon && !isOfDsql) { // whose certificates nobody else can renew
      findings.warning(TLS, "Have the database's certificate renewed before that day.", "%s", seen);
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
              "The server takes IAM logins over TLS only: what the URL names must be the database"
                  + " itself, or pass TLS on to it.",
              "the server speaks no TLS");
      case NO_SUCH_DATABASE ->
          findings.failed(
              TLS,
              noDatabase(),
              "the server is not what %s expects: it said %s",
              protocol.driver(),
              answer.words());
      case NO_ENTRY ->
          findings.skipped(TLS, "not tried, since the server says: %s", answer.words());
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
      findings.failed(TLS, noDatabase(), "the TLS handshake broke off: %s", words);
      return;
    }
    if (verification.by() == ServerVerification.By.THIS_LIBRARY) {
      findings.failed(TLS, remedy(words), "%s", words);
      return;
    }
    String advice =
        verification.by() == ServerVerification.By.NOBODY
            ? "Anybody in between could read the token: leave "
                + verification.mode()
                + " out, and the server is verified."
            : "The driver verifies the server by its own settings, and may see it otherwise.";
    findings.warning(TLS, advice, "%s", words);
  }

  /** By what {@link ServerVerifier} says is wrong. */
  private String remedy(String words) {
    if (words.contains(" has expired") && isOfDsql) {
      return "Set this machine's clock if it is wrong. Amazon renews the certificates of Aurora DSQL"
          + " by itself, so this one may be of something in between.";
    }
    if (words.contains(" has expired")) {
      return "Give the database a new certificate (aws rds modify-db-instance"
          + " --ca-certificate-identifier), if this machine's clock is right.";
    }
    if (words.contains(" is not valid before ")) {
      return "Set this machine's clock.";
    }
    if (words.contains(" is not for ")) {
      return "The JDBC URL leads to another server than "
          + IamSettings.HOST
          + " names, or than it names itself: make them one.";
    }
    String roots =
        isOfDsql
            ? " The JVM's trust store must hold Amazon Root CA 1, or sslrootcert name a file that"
                + " does."
            : " For an authority that is newer than this library, set Amazon's bundle as the driver's"
                + " roots (sslrootcert, serverSslCert, or a key store of it as"
                + " trustCertificateKeyStoreUrl).";
    return "The JDBC URL must lead to the database itself: a proxy that reads TLS in between has a"
        + " certificate of its own."
        + roots;
  }

  private String noDatabase() {
    return Findings.words(
        "Check host and port in the JDBC URL: there must be a database for %s, or a tunnel to it,"
            + " and no load balancer or web server.%s",
        protocol.driver(),
        isAtOnce
            ? " If it does not begin with TLS at once, as PostgreSQL before 17, set "
                + TransportSecurity.NEGOTIATION
                + "=postgres."
            : "");
  }
}
