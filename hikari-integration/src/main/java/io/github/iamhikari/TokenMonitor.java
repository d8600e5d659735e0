package io.github.iamhikari;

import com.zaxxer.hikari.util.UtilityElf;
import io.github.iamhikari.core.IamDataSource;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Instant;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes the state of a pool's tokens in JMX and Micrometer while the pool is open. */
final class TokenMonitor implements IamTokenMXBean, AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(IamHikariDataSource.class);

  private static final String MICROMETER = "io.micrometer.core.instrument.MeterRegistry";

  private final String poolName;
  private final IamDataSource iamDataSource;
  private volatile @Nullable ObjectName registeredName;
  private volatile @Nullable TokenMeters meters;

  TokenMonitor(String poolName, IamDataSource iamDataSource) {
    this.poolName = poolName;
    this.iamDataSource = iamDataSource;
  }

  /** Registers the MBean with the platform's server, named as HikariCP names its own. */
  void registerMBean() {
    try {
      boolean secondNaming = "true".equals(System.getProperty("hikaricp.jmx.register2.0"));
      ObjectName name =
          new ObjectName(
              "com.zaxxer.hikari:type=IamToken"
                  + (secondNaming ? ",name=" + poolName : " (" + poolName + ")"));
      ManagementFactory.getPlatformMBeanServer().registerMBean(this, name);
      registeredName = name;
    } catch (JMException e) {
      logger.warn("{} - Failed to register the MBean of the IAM token.", poolName, e);
    }
  }

  /** Registers meters if the registry is Micrometer's. */
  void measureIn(@Nullable Object metricRegistry) {
    if (metricRegistry != null && UtilityElf.safeIsAssignableFrom(metricRegistry, MICROMETER)) {
      meters = TokenMeters.in(metricRegistry, poolName, iamDataSource);
    }
  }

  @Override
  public void close() {
    TokenMeters measured = meters;
    if (measured != null) {
      measured.close();
    }
    ObjectName name = registeredName;
    registeredName = null;
    if (name != null) {
      try {
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
      } catch (JMException e) {
        logger.debug("{} - The MBean {} was already unregistered.", poolName, name, e);
      }
    }
  }

  @Override
  public @Nullable String getUsableUntil() {
    Instant usableUntil = iamDataSource.getTokenStatus().usableUntil();
    return usableUntil == null ? null : usableUntil.toString();
  }

  @Override
  public long getSigned() {
    return iamDataSource.getTokenStatus().signed();
  }

  @Override
  public long getFailed() {
    return iamDataSource.getTokenStatus().failed();
  }

  @Override
  public long getRejected() {
    return iamDataSource.getTokenStatus().rejected();
  }

  @Override
  public @Nullable String getLastFailure() {
    return iamDataSource.getTokenStatus().lastFailure();
  }

  @Override
  public void renew() {
    try {
      iamDataSource.renewToken();
    } catch (SQLException e) {
      // without the cause, whose class a remote JMX client may not have
      throw new IllegalStateException(e.getMessage());
    }
  }
}
