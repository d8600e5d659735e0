package io.github.iamhikari.webservice;

import static java.util.Objects.requireNonNull;

import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.jdbc.support.KeyHolder;

/** The orders in one database. */
final class Orders {

  private final JdbcClient jdbc;

  Orders(DataSource pool) {
    this.jdbc = JdbcClient.create(pool);
    jdbc.sql(
            """
            CREATE TABLE IF NOT EXISTS web_service_order (
              id SERIAL PRIMARY KEY,
              item VARCHAR(40) NOT NULL,
              quantity INT NOT NULL)
            """)
        .update();
  }

  Order place(NewOrder order) {
    KeyHolder key = new GeneratedKeyHolder();
    jdbc.sql("INSERT INTO web_service_order (item, quantity) VALUES (:item, :quantity)")
        .param("item", order.item())
        .param("quantity", order.quantity())
        .update(key, "id");
    return new Order(requireNonNull(key.getKey()).longValue(), order.item(), order.quantity());
  }

  List<Order> latest() {
    return jdbc.sql("SELECT id, item, quantity FROM web_service_order ORDER BY id DESC LIMIT 20")
        .query(Order.class)
        .list();
  }
}
