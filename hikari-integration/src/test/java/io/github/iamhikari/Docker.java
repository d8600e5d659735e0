package io.github.iamhikari;

import static org.junit.jupiter.api.Assumptions.abort;

import com.github.dockerjava.api.exception.NotFoundException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.rnorth.ducttape.TimeoutException;
import org.rnorth.ducttape.unreliables.Unreliables;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.containers.wait.strategy.WaitStrategy;

/** What tests with containers ask of Docker. */
final class Docker {

  private Docker() {}

  /**
   * Skips a class where there is no Docker, or not this image: nobody who runs the tests is to
   * download one unawares. With {@code -Ddocker.required=true} an image is downloaded, and what
   * then is not there fails the class.
   */
  static void assumeAvailable(ExtensionContext test, String image) {
    boolean isAvailable = DockerClientFactory.instance().isDockerAvailable();
    if (Boolean.getBoolean("docker.required")) {
      if (!isAvailable) {
        throw new IllegalStateException("Docker is not available, but required");
      }
      return;
    }
    if (!isAvailable) {
      skip(test, "Docker is not available");
    }
    if (!isHere(image)) {
      skip(test, "Docker has no image " + image);
    }
  }

  private static boolean isHere(String image) {
    try {
      DockerClientFactory.lazyClient().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** Skips a class, and says so on the console as well. */
  static void skip(ExtensionContext test, String reason) {
    String message = reason + ": " + test.getRequiredTestClass().getSimpleName() + " is skipped";
    System.out.println(message);
    abort(message);
  }

  /** Waits for a server in a container until it lets this user in. */
  static WaitStrategy login(LoginUrl url, String user, String password) {
    return new AbstractWaitStrategy() {
      @Override
      protected void waitUntilReady() {
        try {
          Unreliables.retryUntilSuccess(
              (int) startupTimeout.toSeconds(),
              TimeUnit.SECONDS,
              () -> getRateLimiter().getWhenReady(this::logIn));
        } catch (TimeoutException e) {
          throw new ContainerLaunchException("the server in the container lets nobody in", e);
        }
      }

      private boolean logIn() throws SQLException {
        DriverManager.getConnection(url.get(), user, password).close();
        return true;
      }
    };
  }

  /** Known once the container runs. */
  interface LoginUrl {
    String get();
  }
}
