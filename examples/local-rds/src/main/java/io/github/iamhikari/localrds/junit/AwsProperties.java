package io.github.iamhikari.localrds.junit;

import io.github.iamhikari.localrds.AccessKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Clears the AWS SDK's system properties when a test begins, and restores them when it ends, so
 * that the SDK finds only the credentials that the test sets. A JUnit extension for a field with
 * {@code @RegisterExtension}; in a static field, also around all tests of a class.
 */
public final class AwsProperties
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

  private static final String ACCESS_KEY_ID = "aws.accessKeyId";
  private static final String SECRET_ACCESS_KEY = "aws.secretAccessKey";
  private static final String SESSION_TOKEN = "aws.sessionToken";

  /** What an access key can set. */
  static final List<String> OF_AN_ACCESS_KEY =
      List.of(ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN);

  private static final String PREFIX = "aws.";
  private static final String NO_FILE = "no-such-file";

  private final Map<String, String> fromTheStart = new HashMap<>();
  private final Deque<Map<String, String>> saved = new ArrayDeque<>();

  /** Without credentials, until the test sets some. */
  public AwsProperties() {}

  /**
   * With an access key from the start.
   *
   * @param key the key
   */
  public AwsProperties(AccessKey key) {
    fromTheStart.putAll(propertiesOf(key));
  }

  /**
   * Sets a property for the rest of the test.
   *
   * @param name such as {@code aws.region}
   * @param value its value
   */
  public void set(String name, String value) {
    System.setProperty(name, value);
  }

  /**
   * Sets properties for the rest of the test.
   *
   * @param properties names and values
   */
  public void set(Map<String, String> properties) {
    properties.forEach(System::setProperty);
  }

  /**
   * Sets an access key for the rest of the test.
   *
   * @param key the key
   */
  public void set(AccessKey key) {
    set(propertiesOf(key));
  }

  /** The properties of this access key. */
  static Map<String, String> propertiesOf(AccessKey key) {
    Map<String, String> properties = new HashMap<>();
    properties.put(ACCESS_KEY_ID, key.id());
    properties.put(SECRET_ACCESS_KEY, key.secret());
    if (key.sessionToken() != null) {
      properties.put(SESSION_TOKEN, key.sessionToken());
    }
    return properties;
  }

  private void begin() {
    Map<String, String> before = ofTheSdk();
    saved.push(before);
    before.keySet().forEach(System::clearProperty);
    set("aws.configFile", NO_FILE);
    set("aws.sharedCredentialsFile", NO_FILE);
    set("aws.disableEc2Metadata", "true");
    set("aws.region", "us-east-2");
    set(fromTheStart);
  }

  private void end() {
    ofTheSdk().keySet().forEach(System::clearProperty);
    set(saved.pop());
  }

  private static Map<String, String> ofTheSdk() {
    Map<String, String> properties = new HashMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith(PREFIX)) {
        properties.put(name, System.getProperty(name));
      }
    }
    return properties;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    begin();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    begin();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    end();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    end();
  }
}
