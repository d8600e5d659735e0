package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.PORT;

import io.github.iamhikari.core.IamDoctor.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The doctor's port step: opens TCP connections to the driver's targets. */
final class PortExamination {

  static final int TIMEOUT_MILLIS = 3_000;

  /** The addresses of a name to try; drivers try them one after the other, too. */
  private static final int MOST_ADDRESSES = 4;

  private final boolean isOfDsql;
  private final Findings findings;

  /** The findings for unreachable targets, which are less severe if others are reachable. */
  private final List<Consumer<Status>> failures = new ArrayList<>();

  PortExamination(EndpointName endpoint, Findings findings) {
    this.isOfDsql = endpoint.isOfDsql();
    this.findings = findings;
  }

  /** Connects to each target, and returns the first reachable address, or null if there is none. */
  @Nullable InetSocketAddress examine(List<Target> targets) {
    InetSocketAddress first = null;
    for (Target target : targets) {
      InetSocketAddress reached = examine(target);
      first = first == null ? reached : first;
    }
    Status status = first == null ? Status.FAILED : Status.WARNING;
    failures.forEach(failure -> failure.accept(status));
    return first;
  }

  private @Nullable InetSocketAddress examine(Target target) {
    StringJoiner unreached = new StringJoiner(", ", " (", ")").setEmptyValue("");
    String advice = "";
    for (InetAddress address : addresses(target.host())) {
      InetSocketAddress socketAddress = new InetSocketAddress(address, target.port());
      try (Socket socket = new Socket()) {
        socket.connect(socketAddress, TIMEOUT_MILLIS);
        findings.ok(PORT, "%s is reachable at %s%s", target, address.getHostAddress(), unreached);
        return socketAddress;
      } catch (IOException e) {
        unreached.add(address.getHostAddress() + ": " + reason(e));
        advice = advice(e, address);
      }
    }
    if (!advice.isEmpty()) { // otherwise the previous step has reported that there is no address
      String remedy = advice;
      failures.add(
          status ->
              findings.add(PORT, status, remedy, "cannot connect to %s%s", target, unreached));
    }
    return null;
  }

  private static List<InetAddress> addresses(String host) {
    try {
      List<InetAddress> all = List.of(InetAddress.getAllByName(host));
      return all.subList(0, Math.min(MOST_ADDRESSES, all.size()));
    } catch (UnknownHostException e) {
      return List.of(); // it could be resolved a moment ago
    }
  }

  private static String reason(IOException failure) {
    if (failure instanceof SocketTimeoutException) {
      return "no answer within " + TIMEOUT_MILLIS / 1_000 + " s";
    }
    return isRefused(failure) ? "refused" : "unreachable";
  }

  private static boolean isRefused(IOException failure) {
    return failure instanceof ConnectException
        && String.valueOf(failure.getMessage()).contains("refused");
  }

  private String advice(IOException failure, InetAddress address) {
    if (isRefused(failure)) {
      return "Check the port in the JDBC URL"
          + (isOfDsql ? " (5432 for Aurora DSQL)" : "")
          + ", and that the database, or the tunnel to it, is running.";
    }
    boolean isPrivate = NameExamination.isPrivate(address);
    if (isOfDsql && !isPrivate) {
      return "Check that this network allows outbound connections to this port (5432 for Aurora"
          + " DSQL); a cluster has no security group of its own.";
    }
    String where =
        isPrivate
            ? "; the address is private, so this machine must be in its VPC or connected to it"
                + " (peering, VPN, tunnel)"
            : "; from outside its VPC, the database must be publicly accessible";
    return "Check that the security group of the "
        + (isOfDsql ? "VPC endpoint" : "database")
        + " allows inbound connections from this machine on this port"
        + where
        + ".";
  }
}
