package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.NAME;

import io.github.iamhikari.core.IamDoctor.Status;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;

/** To which addresses the URL's names lead, and whether they are aliases of an endpoint. */
final class NameExamination {

  private final Aliases dns;
  private final Findings findings;

  NameExamination(Aliases dns, Findings findings) {
    this.dns = dns;
    this.findings = findings;
  }

  /**
   * Resolves the names that the driver connects to.
   *
   * @param endpoint the endpoint that tokens are signed for
   */
  void examine(List<Target> targets, EndpointName endpoint) {
    Map<String, Optional<String>> addresses = new LinkedHashMap<>();
    targets.forEach(target -> addresses.computeIfAbsent(target.host(), host -> addresses(host)));
    boolean isAnyKnown = addresses.values().stream().anyMatch(Optional::isPresent);
    addresses.forEach(
        (host, known) -> {
          List<String> aliases = isAddress(host) ? List.of() : dns.of(host);
          if (known.isPresent()) {
            compare(host, aliases, endpoint, known.get());
            return;
          }
          findings.add(
              NAME,
              isAnyKnown ? Status.WARNING : Status.FAILED,
              "Check the spelling, that the database exists, and that this machine's DNS server"
                  + " knows the name: a name in a private hosted zone resolves only inside its"
                  + " VPC.",
              "%s%s cannot be resolved",
              host,
              alias(aliases));
        });
  }

  /** Reports the endpoint that a name is an alias of, if the settings name none. */
  void findEndpoint(Set<String> names) {
    for (String name : names) {
      Optional<String> endpoint = isAddress(name) ? Optional.empty() : firstEndpoint(dns.of(name));
      endpoint.ifPresent(
          found ->
              findings.failed(
                  NAME,
                  Findings.words("Set %s to %s.", IamSettings.HOST, found),
                  "%s is an alias of %s, but a token must be signed for the endpoint's own name",
                  name,
                  found));
    }
  }

  private void compare(String host, List<String> aliases, EndpointName endpoint, String addresses) {
    String seen =
        isAddress(host)
            ? Findings.words("the URL has an IP address instead of a name: %s", addresses)
            : Findings.words("%s%s resolves to %s", host, alias(aliases), addresses);
    Optional<String> found = firstEndpoint(aliases);
    boolean isOther =
        found.isPresent()
            && EndpointName.parse(host).isEmpty()
            && !isAkin(aliases, endpoint.name());
    if (isOther) {
      findings.warning(
          NAME,
          Findings.words("Set %s to %s.", IamSettings.HOST, found.get()),
          "%s; tokens are signed for a different endpoint, %s",
          seen,
          endpoint.name());
      return;
    }
    findings.ok(NAME, "%s", seen);
  }

  /**
   * Whether an endpoint is among the aliases, or leads to one of them, as a cluster endpoint does.
   */
  private boolean isAkin(List<String> aliases, String endpoint) {
    if (aliases.contains(endpoint)) {
      return true;
    }
    Set<String> both = new LinkedHashSet<>(dns.of(endpoint));
    both.retainAll(aliases);
    return !both.isEmpty();
  }

  private static Optional<String> firstEndpoint(List<String> aliases) {
    return aliases.stream().filter(name -> EndpointName.parse(name).isPresent()).findFirst();
  }

  private static String alias(List<String> aliases) {
    return aliases.isEmpty()
        ? ""
        : ", an alias of " + String.join(", which is an alias of ", aliases) + ",";
  }

  /** The addresses of a name with their kind, as text; empty if the name cannot be resolved. */
  private static Optional<String> addresses(String host) {
    try {
      StringJoiner all = new StringJoiner(", ");
      for (InetAddress address : InetAddress.getAllByName(host)) {
        String kind =
            address.isLoopbackAddress()
                ? " (this machine)"
                : isPrivate(address) ? " (private)" : " (public)";
        all.add(address.getHostAddress() + kind);
      }
      return Optional.of(all.toString());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  static boolean isPrivate(InetAddress address) {
    boolean isUniqueLocal =
        address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) == 0xfc;
    return address.isSiteLocalAddress() || isUniqueLocal;
  }

  private static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
  }
}
