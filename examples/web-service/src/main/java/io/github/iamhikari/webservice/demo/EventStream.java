package io.github.iamhikari.webservice.demo;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Sends samples to the pages that are open; a new one gets those of the last minutes first. */
@RestController
final class EventStream {

  private static final int KEPT_SAMPLES = 180;
  private static final int MOST_PAGES = 20;

  private final Deque<Sample> history = new ArrayDeque<>();
  private final List<SseEmitter> pages = new CopyOnWriteArrayList<>();
  private boolean hasEnded;

  @GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  synchronized SseEmitter open() throws IOException {
    if (hasEnded || pages.size() >= MOST_PAGES) {
      throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE);
    }
    SseEmitter page = new SseEmitter(0L);
    page.onCompletion(() -> pages.remove(page));
    page.send(SseEmitter.event().name("history").data(List.copyOf(history)));
    pages.add(page);
    return page;
  }

  synchronized void send(Sample sample) {
    history.add(sample);
    if (history.size() > KEPT_SAMPLES) {
      history.remove();
    }
    pages.removeAll(pages.stream().filter(page -> !takes(page, sample)).toList());
  }

  private static boolean takes(SseEmitter page, Sample sample) {
    try {
      page.send(SseEmitter.event().name("sample").data(sample));
      return true;
    } catch (IOException | IllegalStateException e) {
      return false; // it was closed
    }
  }

  /** Before the web server waits for requests that are under way. */
  @EventListener(ContextClosedEvent.class)
  synchronized void end() {
    hasEnded = true;
    pages.forEach(SseEmitter::complete);
  }
}
