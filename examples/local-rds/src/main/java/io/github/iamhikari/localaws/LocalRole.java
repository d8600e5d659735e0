package io.github.iamhikari.localaws;

import static java.util.stream.Collectors.joining;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An IAM role. It has sessions, each with a temporary access key: {@link LocalAws} opens one when a
 * principal assumes the role, {@link LocalMetadataService} and {@link LocalContainerCredentials}
 * hand out the last one. Safe for use by several threads.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html">IAM roles</a>
 */
public final class LocalRole implements AutoCloseable {

  private final String name;
  private final String account;
  private final String partition;
  private final List<String> trusted;
  private final List<Statement> policy;
  private final @Nullable String externalId;
  private final @Nullable String webIdentity;
  private final Duration longestSession;
  private volatile @Nullable Duration actualSession;
  private final List<LocalRds> databases;
  private final List<AccessKey> keys = new ArrayList<>();
  private final List<String> sessionNames = new ArrayList<>();
  private @Nullable Instant expiration;

  private LocalRole(Builder builder) {
    this.name = builder.name;
    this.account = builder.account;
    this.partition = builder.partition;
    this.trusted = List.copyOf(builder.trusted);
    this.policy = List.copyOf(builder.policy);
    this.externalId = builder.externalId;
    this.webIdentity = builder.webIdentity;
    this.longestSession = builder.longestSession;
    this.databases = List.copyOf(builder.databases);
  }

  /**
   * A role with the name {@code orders-role} and one session, which may log in to some databases.
   *
   * @param expiration when the session ends
   * @param databases the databases that accept its keys
   */
  public LocalRole(Instant expiration, LocalRds... databases) {
    this(named("orders-role").opens(databases));
    rotate(expiration);
  }

  /**
   * Describes a role.
   *
   * @param name its name, such as {@code orders-role}
   * @return a builder of a role that nobody may assume
   */
  public static Builder named(String name) {
    return new Builder(name);
  }

  /**
   * The role's name.
   *
   * @return the name, such as {@code orders-role}
   */
  public String name() {
    return name;
  }

  /**
   * The role's ARN.
   *
   * @return the ARN, such as {@code arn:aws:iam::123456789012:role/orders-role}
   */
  public String arn() {
    return String.join(":", "arn", partition, "iam", "", account, "role/" + name);
  }

  /**
   * The key of the last session.
   *
   * @return the key
   * @throws IllegalStateException if there was no session yet
   */
  public synchronized AccessKey key() {
    if (keys.isEmpty()) {
      throw new IllegalStateException("the role " + name + " has no session yet");
    }
    return keys.get(keys.size() - 1);
  }

  /**
   * When the last session ends.
   *
   * @return the time that the client was told
   * @throws IllegalStateException if there was no session yet
   */
  public synchronized Instant expiration() {
    if (expiration == null) {
      throw new IllegalStateException("the role " + name + " has no session yet");
    }
    return expiration;
  }

  /**
   * Opens another session, without {@link LocalAws}. Former ones stay open until they are revoked.
   *
   * @param until when the new session ends
   */
  public void rotate(Instant until) {
    open("local", until);
  }

  /**
   * Sets how long later sessions last, whatever clients ask for. AWS's shortest session lasts 15
   * minutes, which is too long for most tests.
   *
   * @param duration how long
   */
  public void sessionsLast(Duration duration) {
    actualSession = duration;
  }

  /** Makes the databases that it {@linkplain Builder#opens opens} forget all keys but the last. */
  public synchronized void revokeFormerKeys() {
    keys.subList(0, keys.size() - 1).forEach(this::revoke);
  }

  /**
   * The ids of the keys of all sessions so far.
   *
   * @return the ids, oldest first; a copy
   */
  public synchronized List<String> keyIds() {
    return keys.stream().map(AccessKey::id).toList();
  }

  /**
   * The names of all sessions so far.
   *
   * @return the names, oldest first; a copy
   */
  public synchronized List<String> sessionNames() {
    return List.copyOf(sessionNames);
  }

  /**
   * Secret keys and session tokens of all sessions so far, for tests that search for leaked
   * secrets.
   *
   * @return a copy
   */
  public synchronized List<String> secrets() {
    return keys.stream()
        .flatMap(key -> Stream.of(key.secret(), String.valueOf(key.sessionToken())))
        .toList();
  }

  String account() {
    return account;
  }

  /** The ARN of a session. */
  String sessionArn(String sessionName) {
    String session = String.join("/", "assumed-role", name, sessionName);
    return String.join(":", "arn", partition, "sts", "", account, session);
  }

  /** The role's unique id. */
  String uniqueId() {
    return "AROACLKWSDQRAOEXAMPLE";
  }

  List<Statement> policy() {
    return policy;
  }

  boolean trusts(String principal) {
    return trusted.contains(principal);
  }

  boolean wantsExternalId(Optional<String> given) {
    return externalId != null && !externalId.equals(given.orElse(null));
  }

  boolean trustsWebIdentity(String token) {
    return token.equals(webIdentity);
  }

  Duration longestSession() {
    return longestSession;
  }

  /** How long a session lasts if the client asks for this time. */
  Duration session(Duration requested) {
    Duration actual = actualSession;
    return actual == null ? requested : actual;
  }

  /** Opens a session. */
  synchronized AccessKey open(String sessionName, Instant until) {
    AccessKey random = AccessKey.random();
    String sessionToken =
        Stream.generate(() -> AccessKey.random().secret()).limit(10).collect(joining("+/"));
    AccessKey key =
        new AccessKey("ASIA" + random.id().substring(4), random.secret(), sessionToken + "==");
    expiration = until;
    keys.add(key);
    sessionNames.add(sessionName);
    databases.forEach(database -> database.add(key));
    return key;
  }

  private void revoke(AccessKey key) {
    databases.forEach(database -> database.revoke(key.id()));
  }

  /** Makes the databases that it {@linkplain Builder#opens opens} forget all keys. */
  @Override
  public synchronized void close() {
    keys.forEach(this::revoke);
  }

  /** Describes a {@link LocalRole}. Not safe for use by several threads. */
  public static final class Builder {

    private final String name;
    private final List<String> trusted = new ArrayList<>();
    private final List<Statement> policy = new ArrayList<>();
    private final List<LocalRds> databases = new ArrayList<>();
    private String account = LocalRds.ACCOUNT;
    private String partition = "aws";
    private @Nullable String externalId;
    private @Nullable String webIdentity;
    private Duration longestSession = Duration.ofHours(1);

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Sets the account that the role is in.
     *
     * @param account twelve digits; {@code 123456789012} unless set
     * @return this
     */
    public Builder account(String account) {
      this.account = account;
      return this;
    }

    /**
     * Sets the partition that the role is in.
     *
     * @param partition such as {@code aws-cn}; {@code aws} unless set
     * @return this
     */
    public Builder partition(String partition) {
      this.partition = partition;
      return this;
    }

    /**
     * Adds a principal who may assume the role.
     *
     * @param principal the ARN of a user or a role, or {@code arn:aws:iam::123456789012:root} for
     *     all principals of an account whose own policies allow it, which must allow it also if the
     *     account is not the role's
     * @return this
     */
    public Builder trusts(String principal) {
      trusted.add(principal);
      return this;
    }

    /**
     * Sets the external id that is required to assume the role.
     *
     * @param externalId the id; none unless set
     * @return this
     */
    public Builder externalId(String externalId) {
      this.externalId = externalId;
      return this;
    }

    /**
     * Sets the web identity that may assume the role.
     *
     * @param token the identity's token; none may unless set
     * @return this
     */
    public Builder trustsWebIdentity(String token) {
      this.webIdentity = token;
      return this;
    }

    /**
     * Adds statements to the role's policy.
     *
     * @param statements such as {@code Statement.allow("rds-db:connect", "*")}
     * @return this
     */
    public Builder policy(Statement... statements) {
      policy.addAll(List.of(statements));
      return this;
    }

    /**
     * Adds databases that accept the key of each session, whatever the role's policy. {@link
     * LocalAws} does so by the policy, for {@linkplain LocalAws.Builder#database its databases}.
     *
     * @param opened the databases
     * @return this
     */
    public Builder opens(LocalRds... opened) {
      databases.addAll(List.of(opened));
      return this;
    }

    /**
     * Sets how long a session may last at most.
     *
     * @param duration from one hour, as unless set, to 12 hours
     * @return this
     */
    public Builder longestSession(Duration duration) {
      this.longestSession = duration;
      return this;
    }

    /**
     * Creates the role.
     *
     * @return a role without a session
     */
    public LocalRole build() {
      return new LocalRole(this);
    }
  }
}
