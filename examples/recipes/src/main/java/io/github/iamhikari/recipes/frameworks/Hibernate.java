package io.github.iamhikari.recipes.frameworks;

import jakarta.persistence.EntityManagerFactory;
import javax.sql.DataSource;
import org.hibernate.cfg.JdbcSettings;
import org.hibernate.jpa.HibernatePersistenceConfiguration;

/** Hibernate ORM over a pool that logs in with IAM. */
public final class Hibernate {

  private Hibernate() {}

  /**
   * Makes Hibernate use a pool.
   *
   * @param dataSource the pool; stays open when Hibernate is closed
   * @return what makes Hibernate's sessions, to be closed by the caller
   */
  public static EntityManagerFactory over(DataSource dataSource) {
    return new HibernatePersistenceConfiguration("orders")
        .managedClass(PurchaseOrder.class)
        .property(JdbcSettings.JAKARTA_NON_JTA_DATASOURCE, dataSource)
        .createEntityManagerFactory();
  }
}
