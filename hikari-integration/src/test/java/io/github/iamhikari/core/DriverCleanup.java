package io.github.iamhikari.core;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Closes, at the end of a test class, what {@link IamDriver} keeps for the next login: other tests
 * in the same JVM would share its AWS credentials.
 */
public final class DriverCleanup implements AfterAllCallback {

  @Override
  public void afterAll(ExtensionContext context) {
    new IamDriver.Deregistration().deregister();
  }
}
