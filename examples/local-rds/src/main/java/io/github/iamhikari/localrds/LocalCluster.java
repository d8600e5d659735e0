package io.github.iamhikari.localrds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;

/**
 * A stand-in for a cluster of RDS for PostgreSQL: a primary and a standby that streams from it,
 * each a {@link LocalRds} with a port of its own, for tests of what happens at a failover.
 *
 * <p>Both have one endpoint, and so a token for the one logs in to the other. Which of them the
 * endpoint's name leads to is the client's affair, as with DNS: it connects to the {@linkplain
 * LocalRds#listeningPort() port} of the one or the other. Replication is synchronous: what the
 * primary has acknowledged can be read on the standby.
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
 * ends; either way, no process and no file of it is left.
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
   * @return always the same one
   */
  public LocalRds primary() {
    return primary;
  }

  /**
   * The node that can only read until it is {@linkplain #promote() promoted}.
   *
   * @return always the same one
   */
  public LocalRds standby() {
    return standby;
  }

  /**
   * Makes an access key known to both.
   *
   * @param key the key, in place of a known one of the same id
   * @see LocalRds#add(AccessKey)
   */
  public void add(AccessKey key) {
    primary.add(key);
    standby.add(key);
  }

  /**
   * Makes the primary read-only, as Aurora's old writer is after a failover: its sessions stay
   * open, and from now on answer to a write with SQLState 25006. Returns when the last write has
   * ended that was under way.
   *
   * @throws IllegalStateException if the primary does not answer, or a transaction that has written
   *     stays open for 30 seconds
   */
  public void demote() {
    try {
      primary.postgresServer().demote();
    } catch (SQLException e) {
      throw new IllegalStateException("the primary was not demoted", e);
    }
  }

  /**
   * Kills the primary's processes for good: its sessions end, and no new ones can be opened.
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
   * Makes the standby the writer, with all that the primary has acknowledged. Its sessions stay
   * open and can write when this returns. What the primary is asked to write after that it never
   * acknowledges, so it must have been {@linkplain #demote() demoted} or {@linkplain #kill()
   * killed}.
   *
   * @throws IllegalStateException if the standby does not answer, or was promoted before
   */
  public void promote() {
    try {
      standby.postgresServer().promote();
    } catch (SQLException e) {
      throw new IllegalStateException("the standby was not promoted", e);
    }
  }

  /** Closes both nodes. A second call does nothing. */
  @Override
  public void close() {
    standby.close(); // first, as the primary waits for it
    primary.close();
  }
}
