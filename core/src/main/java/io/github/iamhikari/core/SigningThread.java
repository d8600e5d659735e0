package io.github.iamhikari.core;

import java.lang.reflect.Method;
import java.util.concurrent.Executor;

/**
 * Runs each signing on a new thread: a virtual thread on Java 24 and later, a daemon thread before.
 * Before Java 24, a credentials provider that hangs in a {@code synchronized} block would pin a
 * carrier thread that the application's own virtual threads need.
 *
 * @see <a href="https://openjdk.org/jeps/491">JEP 491: Synchronize Virtual Threads without
 *     Pinning</a>
 */
final class SigningThread implements Executor {

  private static final int FIRST_WITHOUT_PINNING = 24;

  private final String name;

  /**
   * @param poolName the beginning of the thread's name, as for HikariCP's threads
   */
  SigningThread(String poolName) {
    this.name = poolName + ":token-signer";
  }

  @Override
  public void execute(Runnable signing) {
    boolean isVirtual = Runtime.version().feature() >= FIRST_WITHOUT_PINNING;
    Thread thread = isVirtual ? virtualThread(signing) : daemon(signing);
    // The AWS SDK searches it for an HTTP client, and Java 19 and later do not inherit it.
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    thread.start();
  }

  private Thread daemon(Runnable signing) {
    Thread thread = new Thread(null, signing, name, 0, false);
    thread.setDaemon(true);
    return thread;
  }

  /** Uses reflection, because this is compiled for Java 17. */
  private Thread virtualThread(Runnable signing) {
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      Class<?> type = Class.forName("java.lang.Thread$Builder");
      Method withName = type.getMethod("name", String.class);
      Method inherit = type.getMethod("inheritInheritableThreadLocals", boolean.class);
      Object named = inherit.invoke(withName.invoke(builder, name), false);
      return (Thread) type.getMethod("unstarted", Runnable.class).invoke(named, signing);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("This Java has no virtual threads", e);
    }
  }
}
