package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same tests at Aurora DSQL, by PrivateLink, where a URL may have the name of the VPC's
 * endpoint. What only Aurora DSQL does is in {@link DsqlIT}.
 */
@Tag("long")
class DsqlPoolIT extends PostgresDriverLogins {

  private static LocalRds dsql;

  @BeforeAll
  static void start() {
    dsql =
        withAccounts(LocalRds.dsql())
            .endpoint("local4btxv7r2wm5q3jd6hnysu.dsql-1b7o.us-east-2.on.aws")
            .start();
  }

  @AfterAll
  static void stop() {
    dsql.close();
  }

  @Override
  LocalRds rds() {
    return dsql;
  }

  @Override
  String jdbcUrl(String host) {
    return super.jdbcUrl(
        host.equals(dsql.host()) ? host : "vpce-0a1b.dsql-1b7o.us-east-2.vpce.amazonaws.com");
  }

  @Override
  String otherHost() {
    return "other" + dsql.host().substring("local".length());
  }

  /** The driver's own TLS names no cluster, as the URL does not. */
  @Override
  Properties unverifiedTls() {
    Properties properties = super.unverifiedTls();
    properties.setProperty("options", "-c amzn-cluster-id=" + dsql.resourceId());
    properties.setProperty("sslNegotiation", "postgres");
    return properties;
  }

  @Override
  String stateOfAnUnknownUser() {
    return "28000";
  }

  @Override
  @Test
  @Disabled("no port is in a token")
  void tellsWhoWasRefusedForAWrongPort() {}
}
