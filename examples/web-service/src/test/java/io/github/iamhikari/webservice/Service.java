package io.github.iamhikari.webservice;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;

/** The service as its main method starts it, with short lives; one for all tests. */
final class Service {

  /** Of a token, in seconds. */
  static final int LIFE = Integer.getInteger("token.life", 3);

  private static @Nullable ConfigurableApplicationContext running;

  private Service() {}

  static synchronized ConfigurableApplicationContext started() {
    ConfigurableApplicationContext service = running;
    if (service == null) {
      service =
          WebService.start(
              "--server.port=0",
              "--pools.postgresql.iam-expiration=" + LIFE,
              "--pools.mariadb.iam-expiration=" + LIFE,
              "--pools.postgresql.connection-timeout=1000",
              "--pools.mariadb.connection-timeout=1000",
              "--local-rds.life-of-credentials=" + Math.max(61, LIFE + 15) + "s");
      running = service;
    }
    return service;
  }

  static URI uri(ConfigurableApplicationContext service, String path) {
    String port = service.getEnvironment().getRequiredProperty("local.server.port");
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
