package io.github.iamhikari.webservice.demo;

import io.github.iamhikari.localaws.Hang;
import io.github.iamhikari.localaws.HttpResponse;
import io.github.iamhikari.localaws.HttpStandIn;
import io.github.iamhikari.localrds.AccessKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for the service that gives a container its AWS credentials, on a free port of
 * 127.0.0.1. It can hang. Safe for use by several threads.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html">Container
 *     credential provider</a>
 */
final class CredentialsService implements AutoCloseable {

  private final Duration life;
  private final InstantSource clock;
  private final HttpStandIn http;
  private volatile AccessKey key;
  private @Nullable Hang hang;

  CredentialsService(AccessKey key, Duration life, InstantSource clock) {
    this.key = key;
    this.life = life;
    this.clock = clock;
    this.http = HttpStandIn.start(request -> credentials());
  }

  /** Where the SDK finds it, as the value of {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}. */
  String uri() {
    return http.endpoint() + "/v2/credentials";
  }

  /** The key that it gives. */
  AccessKey key() {
    return key;
  }

  /** Gives another key from now on. */
  void give(AccessKey other) {
    key = other;
  }

  /** Takes requests and answers none, until it is released. */
  synchronized void hang() {
    if (hang == null) {
      Hang untilReleased = new Hang();
      hang = untilReleased;
      http.fail(
          outdated -> {
            untilReleased.instead(outdated);
            return credentials();
          });
    }
  }

  /** Answers all that wait, and those that come. */
  synchronized void release() {
    if (hang != null) {
      http.mend();
      hang.release();
      hang = null;
    }
  }

  synchronized boolean hangs() {
    return hang != null;
  }

  private HttpResponse credentials() {
    AccessKey current = key;
    String json =
        String.format(
            Locale.ROOT,
            """
            {"AccessKeyId": "%s", "SecretAccessKey": "%s", "Token": "%s", "Expiration": "%s"}
            """,
            current.id(),
            current.secret(),
            current.sessionToken(),
            clock.instant().plus(life));
    return new HttpResponse(200, "application/json", json);
  }

  @Override
  public void close() {
    http.close();
  }
}
