package io.github.iamhikari.springboot;

import static io.github.iamhikari.localrds.junit.AutoConfigureLocalRds.Database.MARIADB;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.junit.AutoConfigureLocalRds;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;

@SpringBootTest(
    classes = Application.Plain.class,
    webEnvironment = SpringBootTest.WebEnvironment.NONE,
    properties = "spring.datasource.type=io.github.iamhikari.IamHikariDataSource")
@AutoConfigureLocalRds(MARIADB)
@DirtiesContext // or its pool keeps the JVM's chain of AWS credentials open for other tests
class AutoConfigureLocalMariaDbIT {

  @Test
  void logsIn(@Autowired DataSource dataSource) {
    assertThat(Application.user(dataSource)).isEqualTo("app_user");
  }
}
