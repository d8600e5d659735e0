package io.github.iamhikari.core;

import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/**
 * The server's certificate was not accepted. The message says which certificate it was and why, in
 * one line that holds nothing but printable characters.
 */
final class UnverifiedServerException extends CertificateException {

  private static final long serialVersionUID = 1L;

  UnverifiedServerException(String message, @Nullable CertificateException cause) {
    super(message, cause);
  }
}
