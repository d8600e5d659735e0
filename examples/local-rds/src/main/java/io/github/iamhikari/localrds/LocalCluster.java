package io.github.iamhikari.localrds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;

/**
 * A stand-in for a cluster of RDS for PostgreSQL: a primary and a standby that streams from it,
 * each a {@link LocalRds} with its own port, for tests of failover.
 *
 * <p>Both have the same endpoint, so a token for one is valid for the other. The client decides
 * which of them the endpoint's name leads to, as DNS does, by connecting to its {@linkplain
 * LocalRds#listeningPort() port}. Replication is synchronous: commits that the primary acknowledges
 * can be read on the standby.
 *
 * <p>Two ways to fail over: {@link #demote()} or {@link #kill()} ends the primary's writes, then
 * {@link #promote()} makes the standby the writer.
 *
 * <pre>{@code
 * try (LocalCluster cluster = LocalRds.postgres().credentials(key).startCluster()) {
 *   // fill a pool at cluster.primary().listeningPort(), then:
 *   cluster.demote();
 *   cluster.promote();
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads. It runs until it is {@linkplain #close() closed} or the JVM
 * ends, and leaves no process and no file behind.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html">High
 *     availability for Amazon Aurora</a>
 */
public final class LocalCluster implements AutoCloseable {

  private final LocalRds primary;
  private final LocalRds standby;

  private LocalCluster(LocalRds primary, LocalRds standby) {
    this.primary = primary;
    this.standby = standby;
  }

  static LocalCluster start(LocalRds.Builder builder) {
    LocalRds primary = builder.start();
    try {
      return new LocalCluster(primary, builder.startStandby(primary));
    } catch (RuntimeException e) {
      primary.close();
      throw e;
    }
  }

  /**
   * The node that is the writer until it is {@linkplain #demote() demoted} or {@linkplain #kill()
   * killed}.
   *
   * @return the node, always the same one
   */
  public LocalRds primary() {
    return primary;
  }

  /**
   * The node that can only read until it is {@linkplain #promote() promoted}.
   *
   * @return the node, always the same one
   */
  public LocalRds standby() {
    return standby;
  }

  /**
   * Adds an access key to both nodes.
   *
   * @param key the key, in place of a known one of the same id
   * @see LocalRds#add(AccessKey)
   */
  public void add(AccessKey key) {
    primary.add(key);
    standby.add(key);
  }

  /**
   * Makes the primary read-only, like Aurora's old writer after a failover: its sessions stay open,
   * and answer writes with SQLState 25006. Returns when no write is running.
   *
   * @throws IllegalStateException if the primary does not answer, or a transaction that has written
   *     stays open for 30 seconds
   */
  public void demote() {
    try {
      primary.postgresServer().demote();
    } catch (SQLException e) {
      throw new IllegalStateException("The primary was not demoted within 30 s.", e);
    }
  }

  /**
   * Kills the primary's processes: its sessions end, and no new ones can be opened.
   *
   * @throws java.io.UncheckedIOException if it does not run
   */
  public void kill() {
    try {
      primary.postgresServer().kill();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes the standby the writer, with all commits that the primary acknowledged. Its sessions stay
   * open and can write when this returns. The primary must have been {@linkplain #demote() demoted}
   * or {@linkplain #kill() killed}, as it never acknowledges a write after this.
   *
   * @throws IllegalStateException if the standby does not answer, or was promoted before
   */
  public void promote() {
    try {
      standby.postgresServer().promote();
    } catch (SQLException e) {
      throw new IllegalStateException("The standby was not promoted.", e);
    }
  }

  /** Closes both nodes. A second call does nothing. */
  @Override
  public void close() {
    standby.close(); // first, as the primary waits for it
    primary.close();
  }
}
