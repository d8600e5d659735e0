package io.github.iamhikari.localrds.junit;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The access key that all tests of this JVM sign with. While a server uses it, it is in the system
 * properties that the AWS SDK reads. It is one key, as test classes that run in parallel share
 * these properties. Safe for use by several threads.
 */
final class JvmAccessKey {

  private static final Map<String, String> before = new HashMap<>();
  private static final List<AccessKey> keys = new ArrayList<>(List.of(AccessKey.random()));
  private static final Set<LocalRds> servers = new HashSet<>();
  private static int users;

  private JvmAccessKey() {}

  static synchronized AccessKey current() {
    return keys.get(keys.size() - 1);
  }

  /** Makes it known to a server, and sets the system properties for the first one. */
  static synchronized void use(LocalRds server) {
    users++;
    if (users == 1) {
      AwsProperties.OF_AN_ACCESS_KEY.forEach(JvmAccessKey::save);
      setProperties();
    }
    admit(server);
  }

  private static void save(String property) {
    String value = System.clearProperty(property);
    if (value != null) {
      before.put(property, value);
    }
  }

  private static void setProperties() {
    AwsProperties.propertiesOf(current()).forEach(System::setProperty);
  }

  /** Lets a server accept it, also one that revoked it. */
  static synchronized void admit(LocalRds server) {
    servers.add(server);
    server.add(current());
  }

  /** Revokes it at one server. */
  static synchronized void revoke(LocalRds server) {
    servers.remove(server);
    keys.forEach(key -> server.revoke(key.id()));
  }

  /** Replaces it by a new one, which every server accepts that accepted it. */
  static synchronized void rotate() {
    keys.add(AccessKey.random());
    servers.forEach(server -> server.add(current()));
    setProperties();
  }

  /** Restores the system properties after the last server. */
  static synchronized void release(LocalRds server) {
    servers.remove(server);
    users--;
    if (users == 0) {
      AwsProperties.OF_AN_ACCESS_KEY.forEach(System::clearProperty);
      before.forEach(System::setProperty);
      before.clear();
    }
  }
}
