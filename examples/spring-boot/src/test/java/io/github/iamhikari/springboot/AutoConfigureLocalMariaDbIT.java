package io.github.iamhikari.springboot;

import static io.github.iamhikari.localrds.junit.AutoConfigureLocalRds.Database.MARIADB;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.github.iamhikari.localrds.junit.AutoConfigureLocalRds;
import io.github.iamhikari.localrds.junit.LocalRdsExtension;
import javax.sql.DataSource;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.transaction.annotation.Transactional;

@SpringBootTest(
    classes = Application.Plain.class,
    webEnvironment = SpringBootTest.WebEnvironment.NONE,
    properties = {
      "spring.datasource.type=io.github.iamhikari.IamHikariDataSource",
      "spring.datasource.hikari.minimum-idle=0"
    })
@AutoConfigureLocalRds(MARIADB)
@DirtiesContext // or its pool keeps the JVM's chain of AWS credentials open for other tests
class AutoConfigureLocalMariaDbIT {

  @Test
  void logsIn(@Autowired DataSource dataSource) {
    assertThat(Application.user(dataSource)).isEqualTo("app_user");
  }

  @RepeatedTest(2)
  @Transactional
  void isResetBeforeATransactionBegins(
      @Autowired DataSource dataSource, @Autowired LocalRdsExtension rds) {
    rds.revokeAccessKey();
    ((HikariDataSource) dataSource).getHikariPoolMXBean().softEvictConnections();
  }
}
