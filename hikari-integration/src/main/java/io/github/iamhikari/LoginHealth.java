package io.github.iamhikari;

import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.iamhikari.core.TokenStatus;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What Actuator's health endpoint shows of pools' logins, beside its own {@code db}, which leaves
 * out why it gets no connection. No login is sent for it, and nothing secret is in it.
 *
 * @param isUp whether each pool has a connection, or no login that failed just now
 * @param details for each pool by name, why that was and what a doctor finds wrong, when the last
 *     failure was, and until when the token may be used
 */
record LoginHealth(boolean isUp, Map<String, Object> details) {

  /**
   * @param doctors that of each pool that has ever been in trouble
   */
  static LoginHealth of(
      Collection<IamHikariDataSource> pools, Map<IamHikariDataSource, PoolDoctor> doctors) {
    boolean isUp = true;
    Map<String, Object> details = new LinkedHashMap<>();
    for (IamHikariDataSource pool : pools) {
      Map<String, Object> ofPool = new LinkedHashMap<>();
      pool.problem().map(SQLException::getMessage).ifPresent(why -> ofPool.put("error", why));
      HikariPoolMXBean running = pool.getHikariPoolMXBean();
      boolean isEmpty = running == null || running.getTotalConnections() == 0;
      if (isEmpty && ofPool.containsKey("error")) {
        isUp = false;
        Map<String, String> findings =
            doctors
                .computeIfAbsent(pool, any -> new PoolDoctor())
                .findings(() -> pool.doctor().withoutLogin().examine());
        if (!findings.isEmpty()) {
          ofPool.put("doctor", findings);
        }
      } else if (!isEmpty && doctors.containsKey(pool)) {
        doctors.get(pool).recovered();
      }
      pool.tokenStatus().ifPresent(status -> addFacts(status, ofPool));
      details.put(String.valueOf(pool.getPoolName()), ofPool);
    }
    return new LoginHealth(isUp, details);
  }

  private static void addFacts(TokenStatus status, Map<String, Object> details) {
    if (status.lastFailure() != null) {
      details.put("lastFailure", status.lastFailure());
    }
    if (status.usableUntil() != null) {
      details.put("tokenUsableUntil", status.usableUntil());
    }
  }
}
