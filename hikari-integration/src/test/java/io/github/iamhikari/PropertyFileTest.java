package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The characters of a file of properties; its pools open no connection. */
class PropertyFileTest {

  @RegisterExtension final AwsProperties aws = new AwsProperties(AccessKey.random());

  @ParameterizedTest
  @CsvSource({
    "UTF-8, müller",
    "ISO-8859-1, müller",
    "UTF-8, m\\u00fcller",
    "ISO-8859-1, m\\u00fcller"
  })
  void mayBeUtf8OrLatin1(Charset charset, String written, @TempDir Path folder) throws IOException {
    Path file = folder.resolve("hikari.properties");
    Files.writeString(
        file,
        """
        jdbcUrl=jdbc:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com/orders
        initializationFailTimeout=-1
        minimumIdle=0
        username=%s
        """
            .formatted(written),
        charset);

    try (IamHikariDataSource pool = new IamHikariDataSource(file.toString())) {
      assertThat(pool.getUsername()).isEqualTo("müller");
    }
  }
}
