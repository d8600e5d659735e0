package io.github.iamhikari.core;

import io.github.iamhikari.localrds.AccessKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * A user or a role of a simulated AWS: the access keys that it has, and the provider that hands
 * them out. Session credentials are renewed a while before they end by the machine's clock, as the
 * SDK's providers do it; they end by the true time.
 */
final class SoakIdentity {

  /** What its provider does. */
  enum Provider {
    WORKS,
    /** As the metadata service does in an outage. */
    FAILS,
    /** As a provider that keeps what it has through an outage. */
    GIVES_WHAT_HAS_RUN_OUT,
    GIVES_WHAT_SOON_RUNS_OUT,
    GIVES_NOTHING_TO_SIGN_WITH
  }

  /** An access key, and when it ends. */
  private record Issued(AccessKey key, @Nullable Instant expiresAt) {

    AwsCredentials credentials() {
      String sessionToken = key.sessionToken();
      return sessionToken == null
          ? AwsBasicCredentials.create(key.id(), key.secret())
          : AwsSessionCredentials.builder()
              .accessKeyId(key.id())
              .secretAccessKey(key.secret())
              .sessionToken(sessionToken)
              .expirationTime(expiresAt)
              .build();
    }
  }

  private static final Duration SOON = Duration.ofSeconds(12);

  private final String name;
  private final SoakTime time;
  private final Map<String, AccessKey> knownKeys;
  private final @Nullable Duration life;
  private final Duration renewedBefore;

  private Issued issued;
  private final List<Issued> living = new ArrayList<>();
  private int keys;
  private Provider provider = Provider.WORKS;
  private Instant providerBackAt = Instant.MIN;
  private Instant permittedFrom = Instant.MIN;
  private @Nullable Instant revokedUntil;

  /**
   * @param name of letters and digits; each of its access key ids begins with it
   * @param knownKeys the keys that every server knows
   * @param life of its session credentials; null for a user with a long-lived key
   * @param renewedBefore how long before their end its provider has new ones
   */
  SoakIdentity(
      String name,
      SoakTime time,
      Map<String, AccessKey> knownKeys,
      @Nullable Duration life,
      Duration renewedBefore) {
    this.name = name;
    this.time = time;
    this.knownKeys = knownKeys;
    this.life = life;
    this.renewedBefore = renewedBefore;
    this.issued = issue(life);
  }

  /** What the provider gives now; empty if it fails. */
  Optional<AwsCredentials> given() {
    letTimeWork();
    return switch (provider) {
      case FAILS -> Optional.empty();
      case GIVES_NOTHING_TO_SIGN_WITH ->
          Optional.of(AnonymousCredentialsProvider.create().resolveCredentials());
      case GIVES_WHAT_HAS_RUN_OUT -> Optional.of(runOut().credentials());
      case WORKS, GIVES_WHAT_SOON_RUNS_OUT -> Optional.of(issued.credentials());
    };
  }

  /** Whether the servers let in, as far as its credentials go, who has signed with this key. */
  boolean isGood(String accessKeyId) {
    letTimeWork();
    return isPermitted() && knownKeys.containsKey(accessKeyId);
  }

  boolean owns(String accessKeyId) {
    return accessKeyId.startsWith(name);
  }

  /** Whether a policy lets it log in at all. */
  boolean isPermitted() {
    return !time.trueTime().isBefore(permittedFrom);
  }

  /** Forgets what has run out, renews what is due, and ends what was for a time. */
  void letTimeWork() {
    living.removeIf(this::forgetIfRunOut);
    Instant now = time.trueTime();
    if (revokedUntil != null && !now.isBefore(revokedUntil)) {
      revokedUntil = null;
      issued = issue(life);
    }
    if (provider != Provider.WORKS && !now.isBefore(providerBackAt)) {
      provider = Provider.WORKS;
    }
    boolean soon = provider == Provider.GIVES_WHAT_SOON_RUNS_OUT;
    Duration ahead = soon ? Duration.ZERO : renewedBefore;
    boolean due =
        issued.expiresAt != null && !time.instant().isBefore(issued.expiresAt.minus(ahead));
    if (due && revokedUntil == null) {
      issued = issue(soon ? SOON : life);
    }
  }

  void disturbProvider(Provider disturbance, Duration forTime) {
    provider = disturbance;
    providerBackAt = time.trueTime().plus(forTime);
    if (disturbance == Provider.GIVES_WHAT_SOON_RUNS_OUT && life != null) {
      issued = issue(SOON);
    }
  }

  /** A new key, and the old one is revoked; the provider gives it only after a time. */
  void rotate(Duration providerGivesTheOldOneFor) {
    knownKeys.keySet().removeIf(this::owns);
    revokedUntil = time.trueTime().plus(providerGivesTheOldOneFor);
    letTimeWork();
  }

  void forbid(Duration forTime) {
    permittedFrom = time.trueTime().plus(forTime);
  }

  private boolean forgetIfRunOut(Issued one) {
    boolean hasRunOut = one.expiresAt != null && !time.trueTime().isBefore(one.expiresAt);
    if (hasRunOut) {
      knownKeys.remove(one.key.id());
    }
    return hasRunOut;
  }

  private Issued issue(@Nullable Duration forTime) {
    Issued next = unknown(forTime == null ? null : time.trueTime().plus(forTime));
    knownKeys.put(next.key.id(), next.key);
    living.add(next);
    return next;
  }

  private Issued runOut() {
    return unknown(time.instant().minusSeconds(1));
  }

  private Issued unknown(@Nullable Instant expiresAt) {
    String id = name + "KEY" + keys++;
    AccessKey key = new AccessKey(id, "secret of " + id, expiresAt == null ? null : "s+/=" + id);
    // AWS tells this in whole seconds.
    return new Issued(key, expiresAt == null ? null : expiresAt.truncatedTo(ChronoUnit.SECONDS));
  }

  @Override
  public String toString() {
    return name;
  }
}
