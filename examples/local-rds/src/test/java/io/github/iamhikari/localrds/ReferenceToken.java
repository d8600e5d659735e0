package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A token that Amazon's Python SDK made, and what it was made from. */
record ReferenceToken(
    AccessKey key, Instant signedAt, Endpoint endpoint, String user, String token) {

  static List<ReferenceToken> all() {
    try (InputStream file = ReferenceToken.class.getResourceAsStream("/botocore-tokens.tsv")) {
      Stream<String> lines =
          new String(Objects.requireNonNull(file).readAllBytes(), UTF_8).lines().skip(1);
      return lines.map(line -> of(line.split("\t", -1))).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ReferenceToken of(String[] field) {
    AccessKey key = new AccessKey(field[0], field[1], field[2].isEmpty() ? null : field[2]);
    Endpoint endpoint = new Endpoint(field[4], Integer.parseInt(field[5]), field[7]);
    return new ReferenceToken(key, Instant.parse(field[3]), endpoint, field[6], field[8]);
  }

  /** The verdict on another token in place of this one, all else being right. */
  Optional<Refusal> verdictOn(String other) {
    return verdict(endpoint, other, user, key, signedAt);
  }

  static Optional<Refusal> verdict(
      Endpoint endpoint, String token, String user, AccessKey key, Instant now) {
    return new TokenVerifier(endpoint, TokenVerifier.LONGEST_LIFETIME)
        .verify(token, user, Map.of(key.id(), key), now);
  }

  /** What names a test. */
  @Override
  public String toString() {
    return user + "@" + endpoint.host();
  }
}
