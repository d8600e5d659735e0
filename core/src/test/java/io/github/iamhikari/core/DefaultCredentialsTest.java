package io.github.iamhikari.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** What the environment of EKS asks for, with and without the SDK's module for it. */
class DefaultCredentialsTest {

  @RegisterExtension final AwsProperties aws = new AwsProperties();

  @BeforeEach
  void askForWebIdentity() {
    aws.set("aws.webIdentityTokenFile", "/var/run/secrets/token");
    aws.set("aws.roleArn", "arn:aws:iam::123456789012:role/orders");
  }

  @Test
  void haveTheModuleForWebIdentity() {
    DefaultCredentials.of(null, null).close();
  }

  @Test
  void tellThatTheModuleIsMissing() throws Exception {
    try (URLClassLoader classes = withoutSts()) {
      assertThatThrownBy(() -> defaultCredentials(classes, null, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "AWS_WEB_IDENTITY_TOKEN_FILE is set, but the AWS SDK's module for web identities is"
                  + " not on the class path; add software.amazon.awssdk:sts");
    }
  }

  @Test
  void tellThatTheModuleForARoleIsMissing() throws Exception {
    aws.set("aws.accessKeyId", "AKIDEXAMPLE");
    try (URLClassLoader classes = withoutSts()) {
      Constructor<?> role =
          classes
              .loadClass(Role.class.getName())
              .getDeclaredConstructor(String.class, String.class, String.class, String.class);
      role.setAccessible(true);
      Object orders = role.newInstance("arn", "orders", null, "us-east-2");

      assertThatThrownBy(() -> defaultCredentials(classes, null, orders))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "iam_role_arn is set, but the AWS SDK's module for STS is not on the class path; add"
                  + " software.amazon.awssdk:sts");
    }
  }

  @Test
  void doWithoutTheModuleWhereAProfileOrAKeyIsGiven() throws Exception {
    try (URLClassLoader classes = withoutSts()) {
      assertThat(defaultCredentials(classes, "staging", null)).isNotNull();
      aws.set("aws.accessKeyId", "AKIDEXAMPLE");
      assertThat(defaultCredentials(classes, null, null)).isNotNull();
    }
  }

  @Test
  void areSharedByThoseOfOneProfile() {
    DefaultCredentials one = DefaultCredentials.of(null, null);
    DefaultCredentials other = DefaultCredentials.of(null, null);
    DefaultCredentials staging = DefaultCredentials.of("staging", null);

    assertThat(other.provider()).isSameAs(one.provider());
    assertThat(staging.provider()).isNotSameAs(one.provider());

    one.close();
    one.close();
    DefaultCredentials third = DefaultCredentials.of(null, null);
    assertThat(third.provider()).isSameAs(other.provider());

    other.close();
    third.close();
    try (DefaultCredentials fourth = DefaultCredentials.of(null, null)) {
      assertThat(fourth.provider()).isNotSameAs(one.provider());
    }
    staging.close();
  }

  @Test
  void areNotKeptOpenByOneWhoWasForgotten() throws Exception {
    WeakReference<DefaultCredentials> forgotten =
        new WeakReference<>(DefaultCredentials.of("forgotten", null));
    AwsCredentialsProvider provider = requireNonNull(forgotten.get()).provider();

    for (int i = 0; i < 100 && !forgotten.refersTo(null); i++) {
      System.gc();
    }
    assertThat(forgotten.refersTo(null)).isTrue();

    try (DefaultCredentials next = DefaultCredentials.of("forgotten", null)) {
      assertThat(next.provider()).isNotSameAs(provider);
    }
  }

  private static Object defaultCredentials(
      ClassLoader classes, @Nullable String profile, @Nullable Object role) throws Exception {
    Method of =
        classes
            .loadClass(DefaultCredentials.class.getName())
            .getDeclaredMethod("of", String.class, classes.loadClass(Role.class.getName()));
    of.setAccessible(true);
    try {
      return of.invoke(null, profile, role);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static URLClassLoader withoutSts() throws IOException {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      String name = Path.of(entry).getFileName().toString();
      if (!name.startsWith("sts-") && !name.startsWith("logback-")) {
        classPath.add(Path.of(entry).toUri().toURL());
      }
    }
    return new URLClassLoader(classPath.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }
}
