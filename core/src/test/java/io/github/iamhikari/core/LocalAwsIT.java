package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.DBInstance;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;

/** A database lets in whom local AWS knows, as far as their policies allow it. */
@ParameterizedClass
@EnumSource
class LocalAwsIT {

  enum Server {
    POSTGRES,
    MARIADB
  }

  private static final TestClock clock = new TestClock();
  private static final Map<Server, LocalRds> started = new EnumMap<>(Server.class);

  @Parameter private Server server = Server.POSTGRES;
  private final AccessKey app = AccessKey.random();
  @RegisterExtension final AwsProperties properties = new AwsProperties(app);

  @AfterAll
  static void stop() {
    started.values().forEach(LocalRds::close);
  }

  @AfterEach
  void resetTheClock() {
    clock.reset();
    rds().iamLogin(true);
  }

  @Test
  void letsInTheSessionOfARoleUntilItEnds() throws SQLException {
    LocalRds rds = rds();
    LocalRole role =
        LocalRole.named("orders")
            .trusts("arn:aws:iam::123456789012:user/app")
            .policy(Statement.allow("rds-db:connect", rds.resource("app")))
            .build();
    role.sessionsLast(Duration.ofMinutes(10));
    Instant start = clock.instant();
    try (LocalAws aws =
        LocalAws.builder().clock(clock).user("app", app).role(role).database(rds).start()) {
      properties.set(aws.properties());
      try (StsClient sts = StsClient.create();
          StsAssumeRoleCredentialsProvider provider =
              StsAssumeRoleCredentialsProvider.builder()
                  .stsClient(sts)
                  .refreshRequest(r -> r.roleArn(role.arn()).roleSessionName("pool-1"))
                  .build();
          IamDataSource logins = logins("app").awsCredentialsProvider(provider).build()) {
        logins.getConnection().close();
        assertThat(lastLogin())
            .returns(role.key().id(), Login::accessKeyId)
            .returns(null, Login::refusal);

        clock.advance(Duration.between(start, role.expiration()));
        assertRefused(logins, "28000", Refusal.EXPIRED_CREDENTIALS);
      }
    }
  }

  @Test
  void refusesWhatThePolicyDoesNotAllow() throws SQLException {
    LocalRds rds = rds();
    String all = rds.resource("*");
    assertThat(refusal(Statement.allow("rds-db:connect", all))).isNull();
    assertThat(refusal()).isEqualTo(Refusal.NOT_AUTHORIZED);
    for (Statement[] policy :
        new Statement[][] {
          {Statement.allow("rds-db:connect", rds.resource("reader"))},
          {Statement.allow("rds-db:connect", all.replace(rds.resourceId(), "db-OTHER"))},
          {Statement.allow("rds-db:connect", all.replace("123456789012", "210987654321"))},
          {Statement.allow("rds:*", "*")},
          {Statement.allow("*", "*"), Statement.deny("rds-db:*", rds.resource("app"))}
        }) {
      assertThat(refusal(policy)).isEqualTo(Refusal.NOT_AUTHORIZED);
    }
  }

  @Test
  void refusesEverybodyWhereIamLoginIsDisabled() throws SQLException {
    rds().iamLogin(false);
    try (LocalAws aws =
            LocalAws.builder().user("app", app, Statement.allow("*", "*")).database(rds()).start();
        IamDataSource logins = logins("app").build()) {
      properties.set(aws.properties());
      assertThat(RdsClient.create().describeDBInstances().dbInstances())
          .singleElement()
          .returns(rds().resourceId(), DBInstance::dbiResourceId)
          .returns(rds().port(), instance -> instance.endpoint().port())
          .returns(false, DBInstance::iamDatabaseAuthenticationEnabled);
      assertRefused(
          logins, server == Server.POSTGRES ? "28P01" : "28000", Refusal.IAM_LOGIN_DISABLED);
    }
  }

  private LocalRds rds() {
    return started.computeIfAbsent(
        server,
        engine -> {
          var builder = engine == Server.POSTGRES ? LocalRds.postgres() : LocalRds.mariaDb();
          return builder.account("app").account("reader").clock(clock).start();
        });
  }

  /** How a login ends with this policy. */
  private @Nullable Refusal refusal(Statement... policy) throws SQLException {
    try (LocalAws aws = LocalAws.builder().user("app", app, policy).database(rds()).start();
        IamDataSource logins = logins("app").build()) {
      assertThat(aws.http().requests()).isEmpty();
      try {
        logins.getConnection().close();
      } catch (SQLException e) {
        assertThat(e.getSQLState()).isEqualTo("28000");
      }
      return lastLogin().refusal();
    }
  }

  private void assertRefused(IamDataSource logins, String state, Refusal refusal) {
    assertThatThrownBy(logins::getConnection)
        .isInstanceOf(SQLException.class)
        .extracting(failure -> ((SQLException) failure).getSQLState())
        .isEqualTo(state);
    assertThat(lastLogin().refusal()).isEqualTo(refusal);
  }

  private Login lastLogin() {
    var logins = rds().logins();
    return logins.get(logins.size() - 1);
  }

  private IamDataSource.Builder logins(String user) {
    Properties hosts = new Properties();
    hosts.setProperty("iam_host", rds().host());
    return IamDataSource.builder().jdbcUrl(rds().jdbcUrl()).user(user).properties(hosts);
  }
}
