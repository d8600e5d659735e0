package io.github.iamhikari.localrds;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token taken apart: {@code host:port/?name=value&name=value...}, its percent-encoding undone.
 * {@link TokenVerifier} decides whether it is valid.
 *
 * @param host the host it was made for
 * @param port the port it was made for, as written; empty if there is none
 * @param parameters the query's parameters: each name with its values, at least one
 */
record PresignedRequest(String host, String port, Map<String, List<String>> parameters) {

  static final String ACTION = "Action";
  static final String USER = "DBUser";
  static final String ALGORITHM = "X-Amz-Algorithm";
  static final String CREDENTIAL = "X-Amz-Credential";
  static final String DATE = "X-Amz-Date";
  static final String EXPIRES = "X-Amz-Expires";
  static final String SESSION_TOKEN = "X-Amz-Security-Token";
  static final String SIGNATURE = "X-Amz-Signature";
  static final String SIGNED_HEADERS = "X-Amz-SignedHeaders";

  private static final Pattern FORM = Pattern.compile("([A-Za-z0-9.-]+)(?::([0-9]+))?/\\?(.+)");

  /** The request, or nothing if the token is not of this form. */
  static Optional<PresignedRequest> parse(String token) {
    Matcher form = FORM.matcher(token);
    if (!form.matches()) {
      return Optional.empty();
    }
    Map<String, List<String>> parameters = new HashMap<>();
    for (String parameter : form.group(3).split("&", -1)) {
      int equals = parameter.indexOf('=');
      if (equals < 0) {
        return Optional.empty();
      }
      Optional<String> name = PercentEncoding.decode(parameter.substring(0, equals));
      Optional<String> value = PercentEncoding.decode(parameter.substring(equals + 1));
      if (name.isEmpty() || value.isEmpty()) {
        return Optional.empty();
      }
      parameters.computeIfAbsent(name.get(), key -> new ArrayList<>()).add(value.get());
    }
    String port = Objects.requireNonNullElse(form.group(2), "");
    return Optional.of(new PresignedRequest(form.group(1), port, parameters));
  }

  /** What the header {@code Host} was signed as. */
  String authority() {
    return port.isEmpty() ? host : host + ":" + port;
  }

  /** The first value of a parameter, empty if it is not there. */
  String value(String name) {
    return parameters.getOrDefault(name, List.of("")).get(0);
  }

  Optional<String> sessionToken() {
    return Optional.ofNullable(parameters.get(SESSION_TOKEN)).map(values -> values.get(0));
  }

  /** The access key id that the credential begins with. */
  String accessKeyId() {
    return value(CREDENTIAL).split("/", 2)[0];
  }
}
