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
 * Makes an {@link IamHikariDataSource} of a JNDI resource, as HikariCP's own factory makes a {@code
 * HikariDataSource}. A container is told of it by its class name: in Tomcat's {@code context.xml}
 * with {@code factory="io.github.iamhikari.IamHikariJNDIFactory"}.
 *
 * <p>It takes from the resource the properties of {@link HikariConfig}, the driver's behind {@code
 * dataSource.}, and the {@linkplain IamSettings settings} of this library as they are or behind
 * {@code dataSource.}. What else there is, such as {@code auth} and {@code scope}, is the
 * container's and left to it. With a {@code dataSourceJNDI}, that DataSource is looked up, and the
 * pool stands on it.
 *
 * <p>May be shared between threads: it keeps nothing. Each call makes a pool, which lives until it
 * is {@linkplain IamHikariDataSource#close() closed}, by the container where that is told to.
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

  /** The factory, as a container makes it. */
  public IamHikariJNDIFactory() {}

  /**
   * Makes a pool, which starts now, with AWS credentials from the SDK's default chain.
   *
   * @param object a {@link Reference} to a {@code javax.sql.DataSource}, {@code HikariDataSource}
   *     or {@code IamHikariDataSource}
   * @param name not asked for
   * @param context where a {@code dataSourceJNDI} is looked up first, or null for the initial
   *     context alone
   * @param environment of that initial context, or null for the system's
   * @return an {@link IamHikariDataSource}, or null if the object is something else, which another
   *     factory may know
   * @throws NamingException if {@code dataSourceJNDI} names nothing, or nothing that is a
   *     DataSource
   * @throws IllegalArgumentException if the configuration is wrong or incomplete
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if no connection can be
   *     opened, as {@code initializationFailTimeout} says
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
      // not closed, as HikariCP does not: closing some kinds ends what was looked up
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

  @SuppressWarnings("BanJNDI") // the name is the administrator's, from beside the JDBC URL
  private static @Nullable Object lookUpIn(Context context, String name) throws NamingException {
    // a context need not be safe for threads, and this one is shared by all that is made in it
    synchronized (context) {
      try {
        return context.lookup(name);
      } catch (NameNotFoundException | NoInitialContextException e) {
        return null;
      }
    }
  }
}
