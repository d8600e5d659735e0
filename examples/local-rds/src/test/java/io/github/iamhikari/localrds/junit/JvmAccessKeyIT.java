package io.github.iamhikari.localrds.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.AccessKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class JvmAccessKeyIT {

  @RegisterExtension final AwsProperties aws = new AwsProperties();

  @Test
  void isInTheSystemPropertiesForAsLongAsAServerUsesIt() {
    aws.set(new AccessKey("AKIDBEFORE", "secret", "session"));
    LocalRdsExtension rds = LocalRdsExtension.postgres();

    rds.acquire("a class");
    rds.acquire("a test");
    rds.expireTokens();
    rds.release("a test");
    assertThat(System.getProperty("aws.accessKeyId")).isEqualTo(rds.accessKey().id());
    assertThat(System.getProperty("aws.secretAccessKey")).isEqualTo(rds.accessKey().secret());
    assertThat(System.getProperty("aws.sessionToken")).isNull();

    rds.release("a class");
    assertThat(System.getProperty("aws.accessKeyId")).isEqualTo("AKIDBEFORE");
    assertThat(System.getProperty("aws.secretAccessKey")).isEqualTo("secret");
    assertThat(System.getProperty("aws.sessionToken")).isEqualTo("session");
  }
}
