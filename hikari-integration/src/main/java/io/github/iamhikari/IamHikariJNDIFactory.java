package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.iamhikari.core.IamSettings;
import java.util.Collections;
import java.util.Hashtable;
import java.util.Properties;
import java.util.Set;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.Name;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.NoInitialContextException;
import javax.naming.RefAddr;
import javax.naming.Reference;
import javax.naming.spi.ObjectFactory;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates an {@link IamHikariDataSource} from a JNDI resource, as HikariCP's own factory creates a
 * {@code HikariDataSource}. In Tomcat's {@code context.xml}, set {@code
 * factory="io.github.iamhikari.IamHikariJNDIFactory"}.
 *
 * <p>The resource may have the properties of {@link HikariConfig}, driver properties with the
 * prefix {@code dataSource.}, and this library's {@linkplain IamSettings settings} with or without
 * that prefix. Other attributes, such as {@code auth} and {@code scope}, belong to the container
 * and are ignored. With {@code dataSourceJNDI}, the pool gets its connections from that DataSource.
 *
 * <p>Instances have no state and are safe for use by multiple threads. Each call creates a pool,
 * which must be {@linkplain IamHikariDataSource#close() closed}, for example by the container.
 *
 * @see <a href="https://tomcat.apache.org/tomcat-11.0-doc/jndi-resources-howto.html">Tomcat: JNDI
 *     resources</a>
 */
public final class IamHikariJNDIFactory implements ObjectFactory {

  private static final Logger logger = LoggerFactory.getLogger(IamHikariDataSource.class);

  private static final Set<String> TYPES =
      Set.of(
          DataSource.class.getName(),
          HikariDataSource.class.getName(),
          IamHikariDataSource.class.getName());

  private static final String DATA_SOURCE_JNDI = "dataSourceJNDI";

  /** Called by the container. */
  public IamHikariJNDIFactory() {}

  /**
   * Creates and starts a pool that uses the SDK's default credentials chain.
   *
   * @param object a {@link Reference} to a {@code javax.sql.DataSource}, {@code HikariDataSource}
   *     or {@code IamHikariDataSource}
   * @param name is ignored
   * @param context is searched for {@code dataSourceJNDI} before the initial context; may be null
   * @param environment the environment of the initial context, or null for the system's
   * @return an {@link IamHikariDataSource}, or null if the object is something else, so that the
   *     container tries another factory
   * @throws NamingException if {@code dataSourceJNDI} is not bound to a DataSource
   * @throws IllegalArgumentException if the configuration is invalid or incomplete
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if no connection can be
   *     opened, subject to {@code initializationFailTimeout}
   */
  @Override
  public @Nullable Object getObjectInstance(
      @Nullable Object object,
      @Nullable Name name,
      @Nullable Context context,
      @Nullable Hashtable<?, ?> environment)
      throws NamingException {
    if (!(object instanceof Reference reference)
        || reference.getClassName() == null
        || !TYPES.contains(reference.getClassName())) {
      return null;
    }
    Properties properties = properties(reference);
    String dataSourceName = properties.getProperty(DATA_SOURCE_JNDI);
    if (dataSourceName == null) {
      return new IamHikariDataSource(properties);
    }
    properties.remove(DATA_SOURCE_JNDI);
    HikariConfig config = PoolProperties.config(properties);
    config.setDataSource(lookUp(dataSourceName, context, environment));
    return new IamHikariDataSource(config);
  }

  private static Properties properties(Reference reference) {
    PropertyNames ofHikari = PropertyNames.of(HikariConfig.class);
    Properties properties = new Properties();
    for (RefAddr address : Collections.list(reference.getAll())) {
      String name = address.getType();
      Object value = address.getContent();
      boolean known =
          ofHikari.contains(name) || name.startsWith("dataSource.") || IamSettings.isSetting(name);
      if (known && value != null) {
        properties.setProperty(name, value.toString());
      } else if (!known) {
        ofHikari.meantBy(name).ifPresent(meant -> warnOf(name, meant));
      }
    }
    return properties;
  }

  private static void warnOf(String name, String meant) {
    logger.warn(
        "Ignoring the unknown attribute {} of the JNDI resource. Did you mean {}?", name, meant);
  }

  private static DataSource lookUp(
      String name, @Nullable Context context, @Nullable Hashtable<?, ?> environment)
      throws NamingException {
    Object found = context == null ? null : lookUpIn(context, name);
    if (found == null) {
      // left open, as by HikariCP: closing some contexts invalidates the object
      found = lookUpIn(new InitialContext(environment), name);
    }
    if (found == null) {
      throw new NameNotFoundException(
          DATA_SOURCE_JNDI
              + " is \""
              + name
              + "\", but nothing is bound to that name; use the full name of a"
              + " javax.sql.DataSource, such as \"java:comp/env/jdbc/orders\"");
    }
    if (found instanceof DataSource dataSource) {
      return dataSource;
    }
    throw new NamingException(
        DATA_SOURCE_JNDI
            + " is \""
            + name
            + "\", which is bound to a "
            + found.getClass().getName()
            + "; use the name of a javax.sql.DataSource");
  }

  @SuppressWarnings("BanJNDI") // the name comes from the configuration, like the JDBC URL
  private static @Nullable Object lookUpIn(Context context, String name) throws NamingException {
    // contexts need not be thread-safe, and this one is shared with other factories
    synchronized (context) {
      try {
        return context.lookup(name);
      } catch (NameNotFoundException | NoInitialContextException e) {
        return null;
      }
    }
  }
}
