package io.github.iamhikari.core;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SigningThreadTest {

  @Test
  void hasTheContextClassLoaderOfItsCallerAndNoneOfItsThreadLocals() throws Exception {
    ClassLoader own = Thread.currentThread().getContextClassLoader();
    InheritableThreadLocal<String> tenant = new InheritableThreadLocal<>();
    tenant.set("the caller's");
    CompletableFuture<ClassLoader> loader = new CompletableFuture<>();
    CompletableFuture<Optional<String>> inherited = new CompletableFuture<>();
    try (URLClassLoader application = new URLClassLoader(new URL[0], own)) {
      Thread.currentThread().setContextClassLoader(application);
      new SigningThread("orders")
          .execute(
              () -> {
                loader.complete(Thread.currentThread().getContextClassLoader());
                inherited.complete(Optional.ofNullable(tenant.get()));
              });

      assertThat(loader.get(30, SECONDS)).isSameAs(application);
      assertThat(inherited.get(30, SECONDS)).isEmpty();
    } finally {
      Thread.currentThread().setContextClassLoader(own);
    }
  }

  @Test
  void isADaemonNamedAfterThePoolAndVirtualFromJava24On() throws Exception {
    CompletableFuture<Thread> ran = new CompletableFuture<>();

    new SigningThread("orders").execute(() -> ran.complete(Thread.currentThread()));

    Thread thread = ran.get(30, SECONDS);
    assertThat(thread.getName()).isEqualTo("orders:token-signer");
    assertThat(thread.isDaemon()).isTrue();
    boolean isVirtual = thread.toString().startsWith("VirtualThread");
    assertThat(isVirtual).isEqualTo(Runtime.version().feature() >= 24);
    thread.join(30_000);
    assertThat(thread.isAlive()).isFalse();
  }
}
