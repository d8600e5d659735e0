package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** A token that Amazon's Python SDK made, and what it was made from. */
record ReferenceToken(
    Service service,
    AccessKey key,
    Instant signedAt,
    Duration lifetime,
    Endpoint endpoint,
    String user,
    String token) {

  static List<ReferenceToken> rds() {
    return read("/botocore-tokens.tsv", ReferenceToken::rds);
  }

  static List<ReferenceToken> dsql() {
    return read("/botocore-dsql-tokens.tsv", ReferenceToken::dsql);
  }

  private static List<ReferenceToken> read(
      String resource, Function<String[], ReferenceToken> parse) {
    try (InputStream file = ReferenceToken.class.getResourceAsStream(resource)) {
      Stream<String> lines =
          new String(Objects.requireNonNull(file).readAllBytes(), UTF_8).lines().skip(1);
      return lines.map(line -> parse.apply(line.split("\t", -1))).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ReferenceToken rds(String[] field) {
    Endpoint endpoint = new Endpoint(field[4], Integer.parseInt(field[5]), field[7]);
    return new ReferenceToken(
        Service.RDS,
        key(field),
        Instant.parse(field[3]),
        Duration.ofMinutes(15),
        endpoint,
        field[6],
        field[8]);
  }

  private static ReferenceToken dsql(String[] field) {
    return new ReferenceToken(
        Service.DSQL,
        key(field),
        Instant.parse(field[3]),
        Duration.ofSeconds(Long.parseLong(field[4])),
        new Endpoint(field[5], 5432, field[7]),
        field[6],
        field[8]);
  }

  private static AccessKey key(String[] field) {
    return new AccessKey(field[0], field[1], field[2].isEmpty() ? null : field[2]);
  }

  /** The verdict on another token in place of this one, all else being right. */
  Optional<Refusal> verdictOn(String other) {
    return verdict(service, endpoint, other, user, key, signedAt);
  }

  Optional<Refusal> verdictAt(Instant now) {
    return verdict(service, endpoint, token, user, key, now);
  }

  Optional<Refusal> verdictFor(AccessKey otherKey) {
    return verdict(service, endpoint, token, user, otherKey, signedAt);
  }

  Optional<Refusal> verdictFor(String otherUser) {
    return verdict(service, endpoint, token, otherUser, key, signedAt);
  }

  Optional<Refusal> verdictFor(String host, int port, String region) {
    return verdict(service, new Endpoint(host, port, region), token, user, key, signedAt);
  }

  /** The verdict of another service of the same endpoint. */
  Optional<Refusal> verdictOf(Service other) {
    return verdict(other, endpoint, token, user, key, signedAt);
  }

  static Optional<Refusal> verdict(
      Service service, Endpoint endpoint, String token, String user, AccessKey key, Instant now) {
    return new TokenVerifier(service, endpoint, service.longestLifetime())
        .verify(token, user, Map.of(key.id(), key), now);
  }

  /** What names a test. */
  @Override
  public String toString() {
    return user + "@" + endpoint.host();
  }
}
