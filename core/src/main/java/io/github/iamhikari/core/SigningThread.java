package io.github.iamhikari.core;

import java.lang.reflect.Method;
import java.util.concurrent.Executor;

/**
 * Runs a signing on a thread of its own, which ends with it: a virtual thread where Java has those
 * that a monitor does not pin (Java 24 and later), and else a daemon. Before Java 24 a credentials
 * provider that hangs in a {@code synchronized} block would take one of the few carriers away from
 * the application's own virtual threads.
 *
 * @see <a href="https://openjdk.org/jeps/491">JEP 491: Synchronize Virtual Threads without
 *     Pinning</a>
 */
final class SigningThread implements Executor {

  private static final int FIRST_WITHOUT_PINNING = 24;

  private final String name;

  /**
   * @param poolName the thread's name begins with it, as those of HikariCP's do
   */
  SigningThread(String poolName) {
    this.name = poolName + ":token-signer";
  }

  @Override
  public void execute(Runnable signing) {
    boolean isVirtual = Runtime.version().feature() >= FIRST_WITHOUT_PINNING;
    Thread thread = isVirtual ? virtualThread(signing) : daemon(signing);
    // The AWS SDK looks for its HTTP client there, and Java 19 and later do not pass it on.
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    thread.start();
  }

  private Thread daemon(Runnable signing) {
    Thread thread = new Thread(null, signing, name, 0, false);
    thread.setDaemon(true);
    return thread;
  }

  /** By reflection, since this is compiled for Java 17. */
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
