package io.github.iamhikari.recipes.frameworks;

import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** The libraries for SQL, over a pool that logs in with IAM. */
public final class Queries {

  private Queries() {}

  /**
   * Asks by jOOQ.
   *
   * @param dataSource the pool
   * @return what was ordered
   */
  public static List<String> itemsByJooq(DataSource dataSource) {
    var orders = DSL.using(dataSource, SQLDialect.POSTGRES);
    return orders.fetch("SELECT item FROM purchase_order").getValues(0, String.class);
  }

  /**
   * Asks by Jdbi.
   *
   * @param dataSource the pool
   * @return what was ordered
   */
  public static List<String> itemsByJdbi(DataSource dataSource) {
    Jdbi orders = Jdbi.create(dataSource);
    return orders.withHandle(
        handle -> handle.createQuery("SELECT item FROM purchase_order").mapTo(String.class).list());
  }
}
