package io.github.iamhikari.core;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Two class loaders, as of an application server: one for its common folder, and one for an
 * application, which sees what is common. The drivers are in one and this library is in the other,
 * so that the drivers cannot load its classes.
 */
public final class ApplicationServer implements AutoCloseable {

  private static final List<String> DRIVERS =
      List.of("postgresql-", "mysql-connector-j-", "mariadb-java-client-");

  private final URLClassLoader common;
  private final URLClassLoader application;

  private ApplicationServer(List<URL> common, List<URL> application) {
    this.common = new CommonFolder(common);
    this.application = new URLClassLoader(application.toArray(new URL[0]), this.common);
  }

  /** One whose applications bring this library, and find the drivers there. */
  static ApplicationServer withDrivers() throws IOException {
    return new ApplicationServer(classPath(true), classPath(false));
  }

  /** One that has this library, for applications that bring their drivers. */
  static ApplicationServer withThisLibrary() throws IOException {
    return new ApplicationServer(classPath(false), classPath(true));
  }

  private static List<URL> classPath(boolean ofDrivers) throws IOException {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (DRIVERS.stream().anyMatch(path.getFileName().toString()::startsWith) == ofDrivers) {
        classPath.add(path.toUri().toURL());
      }
    }
    return classPath;
  }

  /** Has the application log in once. */
  void logIn(Properties login) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader previous = thread.getContextClassLoader();
    thread.setContextClassLoader(application);
    try {
      Class<?> program = Class.forName(Program.class.getName(), true, application);
      ((Callable<?>) program.getConstructor(Properties.class).newInstance(login)).call();
    } finally {
      thread.setContextClassLoader(previous);
    }
  }

  /** The temporary files with roots that the library has made. */
  @SuppressWarnings("unchecked")
  Map<String, Path> rootsFiles() throws ReflectiveOperationException {
    Field files =
        Class.forName(RootsFile.class.getName(), true, application).getDeclaredField("FILES");
    files.setAccessible(true);
    return (Map<String, Path>) files.get(null);
  }

  @Override
  public void close() throws IOException {
    application.close();
    common.close();
  }

  /** Has the JDK's classes beside its own, and the test run's logging. */
  private static final class CommonFolder extends URLClassLoader {

    private CommonFolder(List<URL> classPath) {
      super(classPath.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      return name.startsWith("org.slf4j.") || name.startsWith("ch.qos.logback.")
          ? ApplicationServer.class.getClassLoader().loadClass(name)
          : super.loadClass(name, resolve);
    }
  }

  /** What the application does, in its class loader: the test has another class of this name. */
  public static final class Program implements Callable<Void> {

    static final String URL = "jdbcUrl";
    static final String DATA_SOURCE_CLASS = "dataSourceClassName";
    static final String DRIVER_CLASS = "driverClassName";
    static final String USER = "user";
    static final String KEY_ID = "keyId";
    static final String SECRET = "secret";

    private final Properties login;

    public Program(Properties login) {
      this.login = login;
    }

    @Override
    public Void call() throws Exception {
      IamDataSource.Builder builder =
          IamDataSource.builder()
              .user(login.getProperty(USER))
              .awsCredentialsProvider(
                  StaticCredentialsProvider.create(
                      AwsBasicCredentials.create(
                          login.getProperty(KEY_ID), login.getProperty(SECRET))));
      Properties settings = new Properties();
      if (login.containsKey(IamSettings.HOST)) {
        settings.setProperty(IamSettings.HOST, login.getProperty(IamSettings.HOST));
      }
      builder.properties(settings);
      ClassLoader application = Thread.currentThread().getContextClassLoader();
      if (login.containsKey(DATA_SOURCE_CLASS)) {
        Class<?> type = Class.forName(login.getProperty(DATA_SOURCE_CLASS), true, application);
        Object bean = type.getConstructor().newInstance();
        type.getMethod("setUrl", String.class).invoke(bean, login.getProperty(URL));
        builder.dataSource((DataSource) bean);
      } else {
        Class.forName(login.getProperty(DRIVER_CLASS), true, application);
        builder.jdbcUrl(login.getProperty(URL));
      }
      try (IamDataSource dataSource = builder.build();
          Connection connection = dataSource.getConnection()) {
        if (!connection.isValid(5)) {
          throw new SQLException("not valid");
        }
      }
      return null;
    }
  }
}
