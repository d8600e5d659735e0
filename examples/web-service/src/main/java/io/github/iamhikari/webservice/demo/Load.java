package io.github.iamhikari.webservice.demo;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.github.iamhikari.IamHikariDataSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Clients that place orders by HTTP: at each database a few, each with one order at a time and a
 * pause after it. It begins after the web server and ends before it.
 */
@Component
final class Load implements SmartLifecycle {

  private static final int CLIENTS = 4;
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final List<String> ITEMS =
      List.of("espresso", "flat white", "filter coffee", "black tea", "green tea", "croissant");

  private final Map<String, Counts> counts = new LinkedHashMap<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final boolean startsByItself;
  private volatile int port;
  private @Nullable ScheduledExecutorService clients;

  Load(Map<String, IamHikariDataSource> pools, @Value("${load.start:false}") boolean start) {
    pools.keySet().forEach(database -> counts.put(database, new Counts()));
    this.startsByItself = start;
  }

  /** Orders at one database since the start. */
  static final class Counts {
    final LongAdder placed = new LongAdder();
    final LongAdder failed = new LongAdder();
  }

  Counts countsOf(String database) {
    return counts.getOrDefault(database, new Counts());
  }

  @EventListener
  void findPort(WebServerInitializedEvent event) {
    port = event.getWebServer().getPort();
  }

  @Override
  public boolean isAutoStartup() {
    return startsByItself;
  }

  @Override
  public synchronized void start() {
    if (clients != null) {
      return;
    }
    ScheduledExecutorService starting =
        Executors.newScheduledThreadPool(
            CLIENTS * counts.size(),
            work -> {
              Thread thread = new Thread(work, "client");
              thread.setDaemon(true);
              return thread;
            });
    for (String database : counts.keySet()) {
      for (int i = 0; i < CLIENTS; i++) {
        long delay = i * PAUSE.toMillis() / CLIENTS;
        ScheduledFuture<?> unused =
            starting.scheduleWithFixedDelay(
                () -> place(database), delay, PAUSE.toMillis(), MILLISECONDS);
      }
    }
    clients = starting;
  }

  @Override
  public synchronized void stop() {
    if (clients != null) {
      clients.shutdownNow();
      clients = null;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return clients != null;
  }

  private void place(String database) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String order =
        String.format(
            Locale.ROOT,
            "{\"item\": \"%s\", \"quantity\": %d}",
            ITEMS.get(random.nextInt(ITEMS.size())),
            random.nextInt(1, 6));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/orders/" + database))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(10))
            .POST(BodyPublishers.ofString(order))
            .build();
    Counts ofDatabase = countsOf(database);
    try {
      HttpResponse<Void> answer = http.send(request, BodyHandlers.discarding());
      (answer.statusCode() == 201 ? ofDatabase.placed : ofDatabase.failed).increment();
    } catch (IOException e) {
      ofDatabase.failed.increment();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
