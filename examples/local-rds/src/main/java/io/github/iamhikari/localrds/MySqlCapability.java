package io.github.iamhikari.localrds;

/**
 * Capability flags of MySQL's protocol, as far as a login depends on them.
 *
 * @see <a
 *     href="https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html">
 *     Capabilities flags</a>
 */
final class MySqlCapability {

  static final int CONNECT_WITH_DB = 1 << 3;
  static final int COMPRESS = 1 << 5;
  static final int PROTOCOL_41 = 1 << 9;
  static final int SSL = 1 << 11;
  static final int SECURE_CONNECTION = 1 << 15;
  static final int PLUGIN_AUTH = 1 << 19;
  static final int PLUGIN_AUTH_LENENC = 1 << 21;
  static final int ZSTD = 1 << 26;

  private MySqlCapability() {}
}
