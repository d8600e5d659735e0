package io.github.iamhikari.recipes.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.recipes.Server;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(strings = {"jdbc:postgresql:", "jdbc:mysql:", "jdbc:mariadb:"})
class MigrationsIT {

  private final OrdersPool orders;

  MigrationsIT(String protocol) {
    Server server = protocol.equals("jdbc:postgresql:") ? Server.POSTGRES : Server.MARIADB;
    LocalRds rds = server.rds();
    orders = new OrdersPool(rds, rds.jdbcUrl(rds.host()).replaceFirst("jdbc:[a-z]+:", protocol));
  }

  @AfterEach
  void close() {
    orders.close();
  }

  @Test
  void flywayCreatesATable() throws SQLException {
    Migrations.byFlyway(orders.dataSource());
    orders.run("INSERT INTO purchase_order VALUES (1, 'a pencil')");

    Migrations.byFlyway(orders.dataSource());

    assertThat(orders.items()).containsExactly("a pencil");
  }

  @Test
  void liquibaseCreatesATable() throws Exception {
    Migrations.byLiquibase(orders.dataSource());
    orders.run("INSERT INTO purchase_order VALUES (1, 'a pencil')");

    Migrations.byLiquibase(orders.dataSource());

    assertThat(orders.items()).containsExactly("a pencil");
  }
}
