package io.github.iamhikari;

import static io.github.iamhikari.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mysql.cj.jdbc.AbandonedConnectionCleanupThread;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.IamDriver;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Pools come and go, and nothing of them is left: with AWS credentials of the shared default chain,
 * beans and meters; started at once, by the first connection, and in vain.
 */
@Tag("hikari")
class LeaksIT {

  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  private static LocalRds rds;

  @RegisterExtension final AwsProperties aws = new AwsProperties();
  @TempDir private Path temporary;
  private final AccessKey key = AccessKey.random();
  private final MeterRegistry registry = new SimpleMeterRegistry();

  @BeforeAll
  static void start() {
    rds = LocalRds.postgres().start();
  }

  @AfterAll
  static void stop() {
    rds.close();
  }

  @BeforeEach
  void giveTheDefaultChainAKey() {
    rds.add(key);
    aws.set(key);
  }

  @AfterEach
  void takeItAway() {
    rds.revoke(key.id());
  }

  @Test
  void nothingIsLeftOfFiftyPools() throws Exception {
    nothingIsLeftOf(50);
  }

  @Tag("long")
  @Test
  void nothingIsLeftOfAThousandPools() throws Exception {
    nothingIsLeftOf(1_000);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource
  void aClassLoaderIsCollectedWhenItsApplicationIsDeployedAgain(Driver driver) throws Exception {
    assertThatItIsCollected(driver, ClassLoader.getPlatformClassLoader());
  }

  @Test
  void aClassLoaderIsCollectedWhoseParentHasTheDrivers() throws Exception {
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    try (URLClassLoader parent = new URLClassLoader(classPath(Driver::isIn), platform)) {
      for (Driver driver : Driver.values()) { // threads of theirs remember who loaded them first
        Class.forName(driver.className, true, parent);
      }
      for (Driver driver : Driver.values()) {
        assertThatItIsCollected(driver, parent);
      }
    }
  }

  private void assertThatItIsCollected(Driver driver, ClassLoader parent) throws Exception {
    DriverManager.getDrivers(); // those of this class loader are registered, and no others
    WeakReference<ClassLoader> reference = deployed(driver, parent);
    // Java itself remembers, of all records, the one that was last compared for the first time.
    assertThat(deployed(driver, parent)).isNotNull();

    await(
        "the class loader is collected that used the driver of " + driver,
        () -> {
          System.gc();
          return reference.refersTo(null);
        });
  }

  private void nothingIsLeftOf(int pools) throws Exception {
    openAndClose(4); // what is made once for all
    awaitNoChain();
    Map<String, Long> before = inUse();

    openAndClose(pools);

    awaitNoChain();
    await("there is no more than " + before, () -> isNoMoreThan(before));
  }

  /** Whoever comes next closes a chain in which only those had shares whose start failed. */
  private static void awaitNoChain() throws Exception {
    Properties settings = new Properties();
    settings.setProperty("iam_host", rds.host());
    await(
        "no default chain is open",
        () -> {
          System.gc();
          IamDataSource.builder()
              .jdbcUrl(rds.jdbcUrl())
              .user(rds.account())
              .properties(settings)
              .build()
              .close();
          return openChains().isEmpty();
        });
  }

  private void openAndClose(int pools) throws SQLException {
    for (int i = 0; i < pools; i++) {
      switch (i % 4) {
        case 0, 1 -> {
          try (IamHikariDataSource pool = new IamHikariDataSource(config())) {
            pool.getConnection().close();
          }
        }
        case 2 -> {
          try (IamHikariDataSource pool = new IamHikariDataSource()) {
            config().copyStateTo(pool);
            pool.getConnection().close();
          }
        }
        default -> {
          HikariConfig config = config();
          if (i == 3) {
            config.setUsername("nobody"); // HikariCP takes a second to give up
          } else {
            config.setConnectionInitSql("select nonsense");
          }
          assertThatThrownBy(() -> new IamHikariDataSource(config))
              .isInstanceOf(PoolInitializationException.class);
        }
      }
    }
  }

  private HikariConfig config() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername(rds.account());
    config.addDataSourceProperty("iam_host", rds.host());
    config.setMaximumPoolSize(2);
    config.setRegisterMbeans(true);
    config.setMetricRegistry(registry);
    return config;
  }

  /** What others had in use before, such as a driver's timer, may have come to its end. */
  private boolean isNoMoreThan(Map<String, Long> before) throws Exception {
    return inUse().entrySet().stream()
        .allMatch(entry -> entry.getValue() <= before.getOrDefault(entry.getKey(), 0L));
  }

  /** All that a pool could leave behind, counted. */
  private Map<String, Long> inUse() throws Exception {
    return Map.of(
        "threads", threadsOfPools(),
        "chains", (long) openChains().size(),
        "beans", (long) beans(),
        "meters", (long) registry.getMeters().size(),
        "sockets", openSockets());
  }

  /** The server in this JVM has threads for its clients, which end a little later. */
  private static long threadsOfPools() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.getName().startsWith("local-rds "))
        .count();
  }

  /** The default chains that are open, by their profiles. */
  static Map<?, ?> openChains() throws ReflectiveOperationException {
    Field chains =
        Class.forName("io.github.iamhikari.core.DefaultCredentials").getDeclaredField("chains");
    chains.setAccessible(true);
    return (Map<?, ?>) chains.get(null);
  }

  private static int beans() throws JMException {
    return ManagementFactory.getPlatformMBeanServer()
        .queryNames(new ObjectName("com.zaxxer.hikari:*"), null)
        .size();
  }

  /** None is counted where the operating system does not list them. */
  private static long openSockets() throws IOException {
    if (!Files.isDirectory(OPEN_FILES)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(OPEN_FILES)) {
      return files.filter(LeaksIT::isSocket).count();
    }
  }

  private static boolean isSocket(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  /** An application that comes and goes with all its threads. */
  private WeakReference<ClassLoader> deployed(Driver driver, ClassLoader parent) throws Exception {
    ExecutorService application = Executors.newSingleThreadExecutor();
    try {
      return application.submit(() -> useAPoolOfAnotherClassLoader(driver, parent)).get();
    } finally {
      application.shutdown();
      assertThat(application.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Has a pool log in whose classes are of one class loader, with those of all that it needs. */
  private WeakReference<ClassLoader> useAPoolOfAnotherClassLoader(Driver driver, ClassLoader parent)
      throws Exception {
    LocalRds server = driver == Driver.POSTGRESQL ? rds : MariaDbServer.started();
    server.add(key);
    Properties properties = new Properties();
    properties.setProperty(
        "jdbcUrl", server.jdbcUrl().replaceFirst("jdbc:[a-z]+", "jdbc:" + driver.protocol));
    properties.setProperty("driverClassName", driver.className);
    properties.setProperty("username", server.account());
    properties.setProperty("iam_host", server.host());
    properties.setProperty("registerMbeans", "true");
    Thread thread = Thread.currentThread();
    ClassLoader previous = thread.getContextClassLoader();
    try (URLClassLoader classes = new ApplicationClasses(withRootsOf(server), parent)) {
      thread.setContextClassLoader(classes);
      Class<?> type = classes.loadClass(IamHikariDataSource.class.getName());
      assertThat(type.getClassLoader()).isSameAs(classes);
      Object pool = type.getConstructor(Properties.class).newInstance(properties);
      try (Connection connection = ((DataSource) pool).getConnection()) {
        boolean isDriverOfParent = parent instanceof URLClassLoader;
        assertThat(connection.unwrap(Connection.class).getClass().getClassLoader())
            .isSameAs(isDriverOfParent ? parent : classes);
        assertThat(Borrowers.currentUser(connection)).isEqualTo(server.account());
      } finally {
        ((AutoCloseable) pool).close();
      }
      Class<?> urls = classes.loadClass(IamDriver.class.getName());
      logInByUrl((java.sql.Driver) urls.getConstructor().newInstance(), properties);
      classes.loadClass(Undeployment.class.getName()).getMethod("undeploy").invoke(null);
      return new WeakReference<>(classes);
    } finally {
      thread.setContextClassLoader(previous);
    }
  }

  /** The driver keeps the login, until somebody deregisters it. */
  private static void logInByUrl(java.sql.Driver driver, Properties pool) throws SQLException {
    Properties login = new Properties();
    login.setProperty("user", pool.getProperty("username"));
    login.setProperty("iam_host", pool.getProperty("iam_host"));
    String url = pool.getProperty("jdbcUrl").replaceFirst("jdbc:", "jdbc:iam:");
    try (Connection connection = driver.connect(url, login)) {
      assertThat(Borrowers.currentUser(connection)).isEqualTo(pool.getProperty("username"));
    }
  }

  /** The class path, with a server's authority where this library has Amazon's of its region. */
  private URL[] withRootsOf(LocalRds server) throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("io/github/iamhikari/core/roots"));
    Files.writeString(
        folder.resolve(server.region() + ".pem"),
        "today\n" + Files.readString(server.certificateAuthority()));
    return Stream.concat(Stream.of(temporary.toUri().toURL()), Stream.of(classPath(jar -> true)))
        .toArray(URL[]::new);
  }

  private static URL[] classPath(Predicate<Path> filter) throws IOException {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (filter.test(Path.of(entry))) {
        classPath.add(Path.of(entry).toUri().toURL());
      }
    }
    return classPath.toArray(new URL[0]);
  }

  enum Driver {
    POSTGRESQL("postgresql", "org.postgresql.Driver"),
    MYSQL("mysql", "com.mysql.cj.jdbc.Driver"),
    MARIADB("mariadb", "org.mariadb.jdbc.Driver");

    private final String protocol;
    private final String className;

    Driver(String protocol, String className) {
      this.protocol = protocol;
      this.className = className;
    }

    static boolean isIn(Path jar) {
      return jar.getFileName()
          .toString()
          .matches("(postgresql|mysql-con|mariadb-java)[a-z-]*-[0-9].*");
    }
  }

  /** What an application, or its server, has to do with its drivers in the end. */
  public static final class Undeployment {

    private Undeployment() {}

    public static void undeploy() throws SQLException {
      for (java.sql.Driver driver : Collections.list(DriverManager.getDrivers())) {
        if (Undeployment.class.getClassLoader().equals(driver.getClass().getClassLoader())) {
          DriverManager.deregisterDriver(driver);
          if (driver instanceof com.mysql.cj.jdbc.Driver) {
            AbandonedConnectionCleanupThread.uncheckedShutdown();
          }
        }
      }
    }
  }

  /** Loads all itself but the logging, and what its parent has. */
  private static final class ApplicationClasses extends URLClassLoader {

    private static final List<String> OF_THE_TEST = List.of("org.slf4j.", "ch.qos.logback.");

    private ApplicationClasses(URL[] classPath, ClassLoader parent) {
      super(classPath, parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      return OF_THE_TEST.stream().anyMatch(name::startsWith)
          ? LeaksIT.class.getClassLoader().loadClass(name)
          : super.loadClass(name, resolve);
    }
  }
}
