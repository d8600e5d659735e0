package io.github.iamhikari.localaws;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request of AWS's query protocol.
 *
 * @param request the request itself
 * @param service the service it is for; null if there is none with its version
 * @param parameters the form's parameters
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/programming.html">Calling the API
 *     using HTTP query requests</a>
 */
record Query(HttpRequest request, Service service, Map<String, String> parameters) {

  /** The services, with the versions of their APIs. */
  enum Service {
    STS("sts", "https://sts.amazonaws.com/doc/", "2011-06-15"),
    RDS("rds", "http://rds.amazonaws.com/doc/", "2014-10-31"),
    IAM("iam", "https://iam.amazonaws.com/doc/", "2010-05-08");

    /** Its name in a credential scope and in actions. */
    final String id;

    final String namespace;
    private final String version;

    Service(String id, String namespace, String version) {
      this.id = id;
      this.namespace = namespace + version + "/";
      this.version = version;
    }

    /** The service with this version; STS for an unknown one. */
    private static Service ofVersion(String version) {
      for (Service service : values()) {
        if (service.version.equals(version)) {
          return service;
        }
      }
      return STS;
    }
  }

  static Query of(HttpRequest request) {
    Map<String, String> parameters = new TreeMap<>();
    for (String field : request.body().split("&", -1)) {
      String[] parts = field.split("=", 2);
      if (parts.length == 2) {
        parameters.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
      }
    }
    Service service = Service.ofVersion(parameters.getOrDefault("Version", ""));
    return new Query(request, service, parameters);
  }

  /** Such as {@code sts:AssumeRole}; nothing else than that for a POST to {@code /}. */
  String action() {
    boolean isQuery = request.method().equals("POST") && request.path().equals("/");
    String action = optional("Action").orElse("");
    return isQuery && !action.isEmpty() ? service.id + ":" + action : request.toString();
  }

  Optional<String> optional(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  /** A required parameter. */
  String required(String name) {
    return optional(name)
        .orElseThrow(
            () ->
                new ServiceException(
                    400,
                    "ValidationError",
                    "1 validation error detected: no value at '" + name + "'"));
  }

  /** The values of a list, such as {@code ActionNames.member.1}. */
  List<String> list(String name) {
    List<String> values = new ArrayList<>();
    for (int i = 1; parameters.containsKey(name + ".member." + i); i++) {
      values.add(required(name + ".member." + i));
    }
    return values;
  }

  /** The response to an action. */
  HttpResponse response(String... result) {
    String action = required("Action");
    String body =
        Xml.document(
            action + "Response",
            service.namespace,
            Xml.element(action + "Result", result),
            Xml.element("ResponseMetadata", Xml.REQUEST_ID));
    return new HttpResponse(200, "text/xml", body);
  }
}
