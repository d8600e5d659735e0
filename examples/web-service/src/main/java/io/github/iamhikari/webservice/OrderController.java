package io.github.iamhikari.webservice;

import static org.springframework.http.HttpStatus.BAD_REQUEST;
import static org.springframework.http.HttpStatus.CREATED;
import static org.springframework.http.HttpStatus.NOT_FOUND;
import static org.springframework.http.HttpStatus.SERVICE_UNAVAILABLE;

import io.github.iamhikari.IamHikariDataSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataAccessException;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Places and lists orders. A client is not told why the database did not take one. */
@RestController
@RequestMapping("/orders/{database}")
final class OrderController {

  private final Map<String, Orders> databases = new LinkedHashMap<>();
  private final ApplicationEventPublisher events;

  OrderController(Map<String, IamHikariDataSource> pools, ApplicationEventPublisher events) {
    pools.forEach((name, pool) -> databases.put(name, new Orders(pool)));
    this.events = events;
  }

  @PostMapping
  @ResponseStatus(CREATED)
  Order place(@PathVariable("database") String database, @RequestBody NewOrder order) {
    try {
      return ordersIn(database).place(order);
    } catch (DataAccessException e) {
      events.publishEvent(new OrderFailed(database, e));
      throw e;
    }
  }

  @GetMapping
  List<Order> latest(@PathVariable("database") String database) {
    return ordersIn(database).latest();
  }

  private Orders ordersIn(String database) {
    Orders orders = databases.get(database);
    if (orders == null) {
      throw new ResponseStatusException(NOT_FOUND);
    }
    return orders;
  }

  @ExceptionHandler(DataAccessException.class)
  ProblemDetail unavailable() {
    return ProblemDetail.forStatusAndDetail(SERVICE_UNAVAILABLE, "Please try again later.");
  }

  @ExceptionHandler(HttpMessageNotReadableException.class)
  ProblemDetail malformed() {
    return ProblemDetail.forStatusAndDetail(
        BAD_REQUEST, "An order has an item of up to 40 characters and a quantity from 1 to 100.");
  }
}
