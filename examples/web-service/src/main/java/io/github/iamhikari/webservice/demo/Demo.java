package io.github.iamhikari.webservice.demo;

import java.time.InstantSource;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.EnableScheduling;

/** What its parts share. */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
class Demo {

  @Bean
  InstantSource clock() {
    return InstantSource.system();
  }

  @EventListener
  void sayWhereItIs(ApplicationReadyEvent event) {
    if (event.getApplicationContext() instanceof WebServerApplicationContext web
        && web.getWebServer() != null) {
      System.out.println(
          "The web service runs at http://127.0.0.1:"
              + web.getWebServer().getPort()
              + "/ and ends with Ctrl-C.");
    }
  }
}
