package io.github.iamhikari.core;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@link IamDataSource}s behind {@link IamDriver}, one for each URL with its properties.
 * Opening a connection also closes those that were not used for as long as a token is valid and, if
 * there are too many, the least recently used one. Thread-safe.
 */
final class DriverLogins {

  /** The maximum number to keep. */
  static final int MOST = 100;

  private static final Duration LONGEST_DISUSE = IamToken.LONGEST_LIFE;

  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();

  /** In order of their last use, least recent first; guarded by the lock. */
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param nanoTime a monotonic clock such as {@link System#nanoTime()}
   */
  DriverLogins(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Opens a connection.
   *
   * @throws SQLException if that fails
   * @throws IllegalArgumentException if a setting is wrong or missing; nothing is sent then
   */
  Connection connect(String url, Properties properties) throws SQLException {
    Entry entry = begin(Key.of(url, properties));
    try {
      int seconds = DriverManager.getLoginTimeout();
      return seconds <= 0
          ? entry.logins.getConnection()
          : entry.logins.getConnection(Duration.ofSeconds(seconds));
    } finally {
      end(entry);
    }
  }

  private Entry begin(Key key) throws SQLException {
    List<IamDataSource> evicted = new ArrayList<>();
    lock.lock();
    try {
      Entry entry = entries.get(key);
      if (entry == null) {
        entry = new Entry(key.open());
        entries.put(key, entry);
      }
      entry.users++;
      evict(evicted);
      return entry;
    } finally {
      lock.unlock();
      evicted.forEach(IamDataSource::close);
    }
  }

  private void end(Entry entry) {
    lock.lock();
    try {
      entry.users--;
      entry.lastUse = nanoTime.getAsLong();
    } finally {
      lock.unlock();
    }
  }

  /** Called under the lock. Keeps those in use. */
  private void evict(List<IamDataSource> evicted) {
    long now = nanoTime.getAsLong();
    Iterator<Entry> oldestFirst = entries.values().iterator();
    while (oldestFirst.hasNext()) {
      Entry entry = oldestFirst.next();
      boolean isOld = now - entry.lastUse >= LONGEST_DISUSE.toNanos();
      if (entry.users == 0 && (isOld || entries.size() > MOST)) {
        oldestFirst.remove();
        evicted.add(entry.logins);
      }
    }
  }

  /** {@return the number of data sources} */
  int size() {
    lock.lock();
    try {
      return entries.size();
    } finally {
      lock.unlock();
    }
  }

  /** Closes all data sources. A later connection creates a new one. */
  void close() {
    List<Entry> closed;
    lock.lock();
    try {
      closed = List.copyOf(entries.values());
      entries.clear();
    } finally {
      lock.unlock();
    }
    closed.forEach(entry -> entry.logins.close());
  }

  /** The URL and properties that select a data source. */
  private record Key(String url, Map<String, String> properties) {

    /** Ignores passwords, since they are never sent. */
    private static Key of(String url, Properties properties) {
      Properties texts = LoginConfiguration.texts(properties);
      Map<String, String> others = new TreeMap<>();
      for (String name : texts.stringPropertyNames()) {
        if (!OtherLogins.isPassword(name)) {
          others.put(name, texts.getProperty(name));
        }
      }
      return new Key(OtherLogins.withoutPassword(url), others);
    }

    private IamDataSource open() throws SQLException {
      Properties others = new Properties();
      others.putAll(properties);
      IamDataSource logins = IamDataSource.builder().jdbcUrl(url).properties(others).build();
      try {
        logins.unwrap(DriverManagerDataSource.class).driver(); // before signing a token in vain
        return logins;
      } catch (SQLException e) {
        logins.close();
        throw e;
      }
    }

    /**
     * Written out, since a record's generated comparison would retain the class loader of the first
     * value compared.
     */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && url.equals(key.url) && properties.equals(key.properties);
    }

    @Override
    public int hashCode() {
      return 31 * url.hashCode() + properties.hashCode();
    }

    /** Omits everything that could be a secret. */
    @Override
    public String toString() {
      return "a JDBC URL with " + properties.size() + " properties";
    }
  }

  /** A data source with its usage, which is guarded by the lock. */
  private static final class Entry {
    private final IamDataSource logins;
    private int users;
    private long lastUse;

    private Entry(IamDataSource logins) {
      this.logins = logins;
    }
  }
}
