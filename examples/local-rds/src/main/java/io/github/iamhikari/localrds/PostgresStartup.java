package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The startup message of a PostgreSQL client.
 *
 * @param version the version of the protocol
 * @param parameters such as {@code user}, {@code database} and {@code options}
 */
record PostgresStartup(int version, Map<String, String> parameters) {

  private static final int PROTOCOL_3 = 3;

  static PostgresStartup of(PostgresMessage message) throws ProtocolException {
    if (message.code() >> Short.SIZE != PROTOCOL_3) {
      throw new ProtocolException("not a startup message: " + message.code());
    }
    ByteBuffer body = message.fields();
    int version = body.getInt();
    Map<String, String> parameters = new LinkedHashMap<>();
    while (body.hasRemaining()) {
      String name = new String(ZeroTerminated.read(body), UTF_8);
      String value = new String(ZeroTerminated.read(body), UTF_8);
      if (!name.isEmpty()) {
        parameters.put(name, value);
      }
    }
    return new PostgresStartup(version, parameters);
  }

  String user() {
    return parameters.getOrDefault("user", "");
  }

  String database() {
    return parameters.getOrDefault("database", user());
  }

  /** Arguments for the server's command line. */
  String options() {
    return parameters.getOrDefault("options", "");
  }

  PostgresStartup withOptions(String options) {
    Map<String, String> changed = new LinkedHashMap<>(parameters);
    changed.put("options", options);
    return new PostgresStartup(version, changed);
  }

  PostgresMessage message() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(version).array());
    parameters.forEach(
        (name, value) -> {
          ZeroTerminated.write(name.getBytes(UTF_8), body);
          ZeroTerminated.write(value.getBytes(UTF_8), body);
        });
    body.write(0);
    return PostgresMessage.untyped(body.toByteArray());
  }
}
