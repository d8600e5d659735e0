package io.github.iamhikari.localrds;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Makes a JVM that runs tests trust local-rds, as a JVM trusts a public authority, before any test
 * speaks TLS. JUnit finds it as a service.
 */
public final class TrustInLocalRds implements LauncherSessionListener {

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    System.setProperty("javax.net.ssl.trustStore", LocalRds.trustStore().toString());
  }
}
