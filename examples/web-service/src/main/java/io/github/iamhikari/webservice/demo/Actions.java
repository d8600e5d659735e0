package io.github.iamhikari.webservice.demo;

import static org.springframework.http.HttpStatus.NOT_FOUND;
import static org.springframework.http.HttpStatus.NO_CONTENT;
import static org.springframework.http.MediaType.APPLICATION_JSON_VALUE;

import io.github.iamhikari.IamHikariDataSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Behind the page's buttons. Databases of your own cannot be broken by it. */
@RestController
final class Actions {

  private record Action(Runnable work, String note) {}

  private final Map<String, Action> actions = new LinkedHashMap<>();
  private final Observer observer;

  Actions(
      Map<String, IamHikariDataSource> pools,
      Load load,
      Observer observer,
      ObjectProvider<LocalAws> localAws) {
    this.observer = observer;
    add("start-load", load::start, "The load began.");
    add("stop-load", load::stop, "The load ended.");
    add(
        "evict-connections",
        () -> pools.values().forEach(pool -> pool.getHikariPoolMXBean().softEvictConnections()),
        "All connections were evicted.");
    localAws.ifAvailable(
        aws -> {
          add("revoke-key", aws::revokeKey, "The access key was revoked.");
          add("issue-key", aws::issueKey, "The role got another access key.");
          add("hang-credentials", aws.credentials()::hang, "The credentials service hangs.");
          add(
              "release-credentials",
              aws.credentials()::release,
              "The credentials service answers again.");
          for (String name : pools.keySet()) {
            add("stop-" + name, () -> aws.stop(name), "The database " + name + " was stopped.");
            add(
                "resume-" + name,
                () -> aws.resume(name),
                "The database " + name + " was started again.");
          }
        });
  }

  private void add(String name, Runnable work, String note) {
    actions.put(name, new Action(work, note));
  }

  /** Only for JSON, which the page of another site cannot send here. */
  @PostMapping(path = "/demo/{action}", consumes = APPLICATION_JSON_VALUE)
  @ResponseStatus(NO_CONTENT)
  synchronized void act(@PathVariable("action") String name) {
    Action action = actions.get(name);
    if (action == null) {
      throw new ResponseStatusException(NOT_FOUND);
    }
    action.work().run();
    observer.note(action.note());
  }
}
