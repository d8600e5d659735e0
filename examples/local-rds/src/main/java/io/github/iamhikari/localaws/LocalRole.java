package io.github.iamhikari.localaws;

import static java.util.stream.Collectors.joining;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An IAM role that may log in to some databases. It has one temporary access key after the other.
 * Safe for use by several threads.
 */
public final class LocalRole implements AutoCloseable {

  /** The name of each such role. */
  public static final String NAME = "orders-role";

  /** The ARN of each such role. */
  public static final String ARN = "arn:aws:iam::123456789012:role/" + NAME;

  private final List<LocalRds> databases;
  private final List<AccessKey> keys = new ArrayList<>();
  private Instant expiration;

  /**
   * A role with one key.
   *
   * @param expiration when the key ends
   * @param databases what the role may log in to
   */
  public LocalRole(Instant expiration, LocalRds... databases) {
    this.databases = List.of(databases);
    this.expiration = expiration;
    keys.add(issue());
  }

  /**
   * The current key.
   *
   * @return the last one that was issued
   */
  public synchronized AccessKey key() {
    return keys.get(keys.size() - 1);
  }

  /**
   * When the current key ends.
   *
   * @return the time that its clients are told
   */
  public synchronized Instant expiration() {
    return expiration;
  }

  /**
   * Issues another key. The databases know the former ones until they are revoked.
   *
   * @param until when the new key ends
   */
  public synchronized void rotate(Instant until) {
    expiration = until;
    keys.add(issue());
  }

  /** Makes the databases forget all keys but the current one. */
  public synchronized void revokeFormerKeys() {
    keys.subList(0, keys.size() - 1).forEach(this::revoke);
  }

  /**
   * The ids of all keys so far.
   *
   * @return a copy
   */
  public synchronized List<String> keyIds() {
    return keys.stream().map(AccessKey::id).toList();
  }

  /**
   * Secret keys and session tokens of all keys so far, for a test that looks for them where they
   * should not be.
   *
   * @return a copy
   */
  public synchronized List<String> secrets() {
    return keys.stream()
        .flatMap(key -> Stream.of(key.secret(), String.valueOf(key.sessionToken())))
        .toList();
  }

  private AccessKey issue() {
    AccessKey random = AccessKey.random();
    String sessionToken =
        Stream.generate(() -> AccessKey.random().secret()).limit(10).collect(joining("+/"));
    AccessKey key =
        new AccessKey("ASIA" + random.id().substring(4), random.secret(), sessionToken + "==");
    databases.forEach(database -> database.add(key));
    return key;
  }

  private void revoke(AccessKey key) {
    databases.forEach(database -> database.revoke(key.id()));
  }

  /** Makes the databases forget all keys. */
  @Override
  public synchronized void close() {
    keys.forEach(this::revoke);
  }
}
