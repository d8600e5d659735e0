package io.github.iamhikari;

import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.iamhikari.core.TokenStatus;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The health of pools' logins for Actuator's health endpoint. Unlike Actuator's own {@code db}, it
 * explains why a pool has no connection. It opens no connections and contains no secrets.
 *
 * @param isUp whether every pool has a connection or no failing login
 * @param details by pool name: the error and the doctor's findings, the last failure, and when the
 *     token stops being used
 */
record LoginHealth(boolean isUp, Map<String, Object> details) {

  /**
   * @param doctors by pool; a doctor is added for each pool that fails
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
