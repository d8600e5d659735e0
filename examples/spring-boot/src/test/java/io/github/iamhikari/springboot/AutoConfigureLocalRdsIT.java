package io.github.iamhikari.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import io.github.iamhikari.localrds.junit.AutoConfigureLocalRds;
import io.github.iamhikari.localrds.junit.LocalRdsExtension;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;

/** A test of somebody's application, which says what its pool is and nothing of a database. */
@SpringBootTest(
    classes = Application.Plain.class,
    webEnvironment = SpringBootTest.WebEnvironment.NONE,
    properties = {
      "spring.datasource.type=io.github.iamhikari.IamHikariDataSource",
      "spring.datasource.hikari.maximum-pool-size=1"
    })
@AutoConfigureLocalRds
@DirtiesContext // or its pool keeps the JVM's chain of AWS credentials open for other tests
class AutoConfigureLocalRdsIT {

  @Autowired private DataSource dataSource;
  @Autowired private LocalRdsExtension rds;

  @Test
  void logsInWithANewTokenWhenTheOldOneHasExpired() {
    assertThat(Application.user(dataSource)).isEqualTo(rds.user());
    rds.expireTokens();
    evict();
    assertThat(Application.user(dataSource)).isEqualTo(rds.user());
    assertThat(rds.logins()).extracting(Login::refusal).contains(Refusal.EXPIRED);
  }

  @RepeatedTest(2)
  void opensNoConnectionAfterTheAccessKeyIsRevokedUntilTheTestEnds() throws SQLException {
    assertThat(rds.logins()).isEmpty();
    rds.revokeAccessKey();
    evict();
    assertThatThrownBy(() -> dataSource.getConnection())
        .isInstanceOf(SQLException.class)
        .hasStackTraceContaining("PAM authentication failed");
  }

  private void evict() {
    ((HikariDataSource) dataSource).getHikariPoolMXBean().softEvictConnections();
  }
}
