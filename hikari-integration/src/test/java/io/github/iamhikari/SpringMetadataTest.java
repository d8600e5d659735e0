package io.github.iamhikari;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.beans.BeanInfo;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Holds what IDEs show of {@code spring.datasource.hikari} to the pool's own properties. */
class SpringMetadataTest {

  private static final Pattern PROPERTY =
      Pattern.compile(
          "\"name\": \"spring\\.datasource\\.hikari\\.([a-z-]+)\",\\s+\"type\": \"([\\w.]+)\"");

  @Test
  void namesThePropertiesThatHikariDoesNotHave() throws Exception {
    Map<String, String> ours = new HashMap<>();
    BeanInfo bean = Introspector.getBeanInfo(IamHikariDataSource.class);
    for (PropertyDescriptor property : bean.getPropertyDescriptors()) {
      boolean isOurs =
          property.getWriteMethod() != null
              && property.getWriteMethod().getDeclaringClass() == IamHikariDataSource.class
              && property.getReadMethod().getDeclaringClass() == IamHikariDataSource.class
              && property.getPropertyType() != AwsCredentialsProvider.class;
      if (isOurs) {
        Class<?> type = MethodType.methodType(property.getPropertyType()).wrap().returnType();
        ours.put(
            property.getName().replaceAll("[A-Z]", "-$0").toLowerCase(Locale.ROOT), type.getName());
      }
    }

    assertThat(documented()).isNotEmpty().isEqualTo(ours);
  }

  private static Map<String, String> documented() throws IOException {
    try (InputStream metadata =
        SpringMetadataTest.class.getResourceAsStream(
            "/META-INF/spring-configuration-metadata.json")) {
      String text = new String(metadata.readAllBytes(), UTF_8);
      Map<String, String> properties = new HashMap<>();
      PROPERTY
          .matcher(text)
          .results()
          .forEach(property -> properties.put(property.group(1), property.group(2)));
      return properties;
    }
  }
}
