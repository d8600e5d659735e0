package io.github.iamhikari.springboot;

import static io.github.iamhikari.localrds.junit.AutoConfigureLocalRds.Database.MARIADB;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.junit.AutoConfigureLocalRds;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest(
    classes = Application.Plain.class,
    webEnvironment = SpringBootTest.WebEnvironment.NONE,
    properties = "spring.datasource.type=io.github.iamhikari.IamHikariDataSource")
@AutoConfigureLocalRds(MARIADB)
class AutoConfigureLocalMariaDbIT {

  @Test
  void logsIn(@Autowired DataSource dataSource) {
    assertThat(Application.user(dataSource)).isEqualTo("app_user");
  }
}
