package io.github.iamhikari.core;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SigningThreadTest {

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
