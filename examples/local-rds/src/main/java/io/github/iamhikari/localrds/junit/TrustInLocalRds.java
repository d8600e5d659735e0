package io.github.iamhikari.localrds.junit;

import io.github.iamhikari.localrds.LocalRds;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Makes the JVM that runs the tests trust local-rds, before the first TLS connection, by {@link
 * LocalRds#trustStore()}. A listener that JUnit finds as a service.
 */
public final class TrustInLocalRds implements LauncherSessionListener {

  /** A listener for one session. */
  public TrustInLocalRds() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    System.setProperty("javax.net.ssl.trustStore", LocalRds.trustStore().toString());
  }
}
