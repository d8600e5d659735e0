package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** STS, which lets a user assume the role of {@code iam_role_arn}. */
@Tag("long")
class AssumedRoleFaultsIT extends StsFaults {

  private static final String EXTERNAL_ID = "tenant-7";

  private final AccessKey user = AccessKey.random();

  @Override
  LocalRole.Builder trusting(LocalRole.Builder assumed) {
    return assumed.trusts("arn:aws:iam::123456789012:user/app").externalId(EXTERNAL_ID);
  }

  @Override
  LocalAws.Builder callers(LocalAws.Builder aws) {
    return aws.user("app", user, Statement.allow("sts:AssumeRole", "*"));
  }

  @Override
  void configure() {
    aws.set(sts.properties());
    aws.set(user);
    secrets.add(() -> List.of(user.secret()));
  }

  @Override
  IamDataSource loginsOfTheRole() {
    return logins(null, settings(EXTERNAL_ID));
  }

  @Override
  IamHikariDataSource poolOfTheRole() {
    return pool(null, settings(EXTERNAL_ID));
  }

  private Map<String, String> settings(String externalId) {
    return Map.of("iam_role_arn", role.arn(), "iam_role_external_id", externalId);
  }

  @Test
  void logsInAfterEachSessionsEnd() throws SQLException {
    Duration life = Duration.ofSeconds(30);
    role.sessionsLast(life);
    for (int session = 1; session <= 3; session++) {
      logins.getConnection().close();
      assertThat(lastLogin().accessKeyId()).isEqualTo(role.key().id());
      assertThat(role.keyIds()).hasSize(session);
      clock.advance(life);
    }
    assertThat(ofTheRole()).hasSize(3).allMatch(login -> login.accepted());
    assertThat(role.sessionNames()).containsOnly("iam-hikari");
  }

  @Test
  void tellsOfAnExternalIdThatIsNotTheRoles() {
    assertNoToken(
        logins(null, settings("tenant-8")),
        "could not assume the role " + role.arn() + " with AWS credentials from the default chain");
    assertThat(role.keyIds()).isEmpty();
  }

  @Test
  void tellsThatTheUsersKeyIsRevoked() {
    sts.revoke(user.id());

    assertNoToken(logins, "could not assume the role " + role.arn() + " with AWS credentials");
  }

  @Test
  void namesTheRoleInARefusal() {
    Map<String, String> elsewhere = new HashMap<>(settings(EXTERNAL_ID));
    elsewhere.put("iam_region", "eu-west-1");

    assertRefused(
        logins(null, elsewhere),
        " (session credentials of the role " + role.arn() + ", which expire at ");
  }
}
