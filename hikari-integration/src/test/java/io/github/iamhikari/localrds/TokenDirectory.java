package io.github.iamhikari.localrds;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * An LDAP server in which the password of {@code cn=USER,ou=iam} is any token that is good for that
 * user now, as local-rds judges it. So a database that asks LDAP takes IAM tokens by itself.
 */
public final class TokenDirectory extends InMemoryOperationInterceptor implements AutoCloseable {

  private static final String ADMITTED = "cn=admitted";

  private final Authenticator authenticator;
  private final InMemoryDirectoryServer server;
  private final String admission = AccessKey.randomHex(20);

  /** Starts it on 127.0.0.1, for tokens of this endpoint. */
  public TokenDirectory(
      String host, int port, String region, Set<String> accounts, InstantSource clock)
      throws LDAPException {
    this.authenticator =
        new Authenticator(
            new TokenVerifier(new Endpoint(host, port, region), TokenVerifier.LONGEST_LIFETIME),
            accounts,
            clock,
            new LoginLimit(System::nanoTime));
    InMemoryDirectoryServerConfig configuration = new InMemoryDirectoryServerConfig("ou=iam");
    configuration.setListenerConfigs(
        InMemoryListenerConfig.createLDAPConfig(
            "tokens", InetAddress.getLoopbackAddress(), 0, null));
    configuration.addAdditionalBindCredentials(ADMITTED, admission);
    configuration.addInMemoryOperationInterceptor(this);
    this.server = new InMemoryDirectoryServer(configuration);
    server.startListening();
  }

  /** Where it listens. */
  public int port() {
    return server.getListenPort();
  }

  /** Makes an access key known. */
  public void add(AccessKey key) {
    authenticator.add(key);
  }

  /** Forgets an access key. */
  public void revoke(AccessKey key) {
    authenticator.revoke(key.id());
  }

  /** What has become of each attempt so far. */
  public List<Login> logins() {
    return authenticator.logins();
  }

  @Override
  public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest bind)
      throws LDAPException {
    String user = new DN(bind.getRequest().getBindDN()).getRDN().getAttributeValues()[0];
    String password = bind.getRequest().getPassword().stringValue();
    // What spoke TLS with the client is the database.
    if (!authenticator.judge(user, password, "TLS").accepted()) {
      throw new LDAPException(ResultCode.INVALID_CREDENTIALS);
    }
    bind.setRequest(new SimpleBindRequest(ADMITTED, admission));
  }

  @Override
  public void close() {
    server.shutDown(true);
  }
}
