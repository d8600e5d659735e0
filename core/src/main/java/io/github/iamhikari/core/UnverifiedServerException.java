package io.github.iamhikari.core;

import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the server's certificate is not accepted. The message identifies the certificate and
 * gives the reason, in one line of printable characters.
 */
final class UnverifiedServerException extends CertificateException {

  private static final long serialVersionUID = 1L;

  UnverifiedServerException(String message, @Nullable CertificateException cause) {
    super(message, cause);
  }
}
