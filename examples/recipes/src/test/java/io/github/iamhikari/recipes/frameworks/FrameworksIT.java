package io.github.iamhikari.recipes.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.recipes.Server;
import jakarta.persistence.EntityManagerFactory;
import java.sql.SQLException;
import java.util.List;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class FrameworksIT {

  private final OrdersPool orders =
      new OrdersPool(
          Server.POSTGRES.rds(), Server.POSTGRES.rds().jdbcUrl(Server.POSTGRES.rds().host()));

  @BeforeEach
  void createTable() {
    Migrations.byFlyway(orders.dataSource());
  }

  @AfterEach
  void close() {
    orders.close();
  }

  @Test
  void hibernateStoresAnEntityAndReadsItBack() throws SQLException {
    try (EntityManagerFactory hibernate = Hibernate.over(orders.dataSource())) {
      hibernate.runInTransaction(entities -> entities.persist(new PurchaseOrder(1, "a pencil")));

      assertThat(
              hibernate
                  .callInTransaction(entities -> entities.find(PurchaseOrder.class, 1L))
                  .getItem())
          .isEqualTo("a pencil");
      assertThat(
              hibernate.<List<String>>callInTransaction(
                  entities ->
                      entities
                          .createQuery("select item from PurchaseOrder", String.class)
                          .getResultList()))
          .containsExactly("a pencil");
    }
    assertThat(orders.items()).containsExactly("a pencil");
    assertThat(orders.dataSource().isRunning()).isTrue();
  }

  @Test
  void jooqAndJdbiRead() throws SQLException {
    orders.run("INSERT INTO purchase_order VALUES (1, 'a pencil')");

    assertThat(Queries.itemsByJooq(orders.dataSource())).containsExactly("a pencil");
    assertThat(Queries.itemsByJdbi(orders.dataSource())).containsExactly("a pencil");
  }

  @Test
  void flywayTakesTwoConnectionsAtOnce() {
    try (IamHikariDataSource pool = orders.ofOneConnection()) {
      assertThatThrownBy(() -> Migrations.byFlyway(pool))
          .isInstanceOf(FlywayException.class)
          .hasMessageContaining("Connection is not available");
    }
  }
}
