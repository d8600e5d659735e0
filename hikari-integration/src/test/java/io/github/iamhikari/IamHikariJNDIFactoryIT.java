package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.junit.AwsProperties;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Properties;
import javax.management.AttributeList;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A web application in Tomcat that names its pool in {@code META-INF/context.xml}. */
@Tag("hikari")
@SuppressWarnings("BanJNDI") // all names are this test's own
class IamHikariJNDIFactoryIT {

  private static final String POOL = "jdbc/orders";

  private static final AccessKey key = AccessKey.random();
  private static final HttpClient http = HttpClient.newHttpClient();
  private static final LocalRds rds = PostgresServer.started();

  @RegisterExtension final AwsProperties aws = new AwsProperties(key);
  private final Properties systemProperties = new Properties();
  private final Tomcat tomcat = new Tomcat();
  @TempDir private Path directory;

  @BeforeAll
  static void knowTheKey() {
    rds.add(key);
  }

  @BeforeEach
  void rememberTheSystemProperties() {
    systemProperties.putAll(System.getProperties());
  }

  @AfterEach
  void stopTomcat() throws LifecycleException {
    tomcat.stop();
    tomcat.destroy();
    System.setProperties(systemProperties); // Tomcat has set some, such as where it lives
  }

  @Test
  void logsInThroughTheResourceOfAWebApplication() throws Exception {
    int loginsBefore = rds.logins().size();
    StandardContext application =
        deploy(
            """
            type="javax.sql.DataSource" dataSource.ApplicationName="shop"
            iam_host="%s" iam_region="us-east-2" dataSource.iam_expiration="600"
            """
                .formatted(rds.host()));

    assertThat(get()).isEqualTo("200: app from shop");
    assertThat(rds.logins())
        .hasSizeGreaterThan(loginsBefore)
        .allMatch(Login::accepted)
        .allMatch(login -> key.id().equals(login.accessKeyId()));
    IamHikariDataSource pool = pool(application);
    assertThat(pool.getMaximumPoolSize()).isEqualTo(2);
    assertThat(pool.getIamHost()).isEqualTo(rds.host());
    assertThat(pool.getIamRegion()).isEqualTo("us-east-2");
    assertThat(pool.getIamExpiration()).isEqualTo(600);
  }

  /** Tomcat closes by itself what is of type {@code javax.sql.DataSource}. */
  @ParameterizedTest
  @CsvSource({
    "javax.sql.DataSource,                    ''",
    "io.github.iamhikari.IamHikariDataSource, closeMethod='close'",
  })
  void isClosedWhenTheApplicationStops(String type, String closeMethod) throws Exception {
    StandardContext application =
        deploy("type=\"%s\" iam_host=\"%s\" %s".formatted(type, rds.host(), closeMethod));
    IamHikariDataSource pool = pool(application);
    assertThat(get()).startsWith("200: ");
    assertThat(pool.isClosed()).isFalse();

    application.stop();

    assertThat(pool.isClosed()).isTrue();
  }

  @Test
  void showsNoTokenAmongTheMBeansOfTomcat() throws Exception {
    deploy("type=\"javax.sql.DataSource\" iam_host=\"%s\"".formatted(rds.host()));
    assertThat(get()).startsWith("200: ");

    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    ObjectName ofThePool = new ObjectName("Tomcat:type=DataSource,name=\"" + POOL + "\",*");
    assertThat(beans.queryNames(ofThePool, null))
        .singleElement()
        .extracting(bean -> attributes(beans, bean))
        .asString()
        .contains("iamHost = " + rds.host(), "password = null")
        .doesNotContain("X-Amz-Signature");
  }

  private static AttributeList attributes(MBeanServer beans, ObjectName bean) {
    try {
      return beans.getAttributes(
          bean,
          Arrays.stream(beans.getMBeanInfo(bean).getAttributes())
              .map(MBeanAttributeInfo::getName)
              .toArray(String[]::new));
    } catch (JMException e) {
      throw new AssertionError(e);
    }
  }

  /** Starts an application whose one servlet asks the pool who it is. */
  private StandardContext deploy(String attributes) throws IOException, LifecycleException {
    Path application = directory.resolve("application");
    write(
        application.resolve("META-INF/context.xml"),
        """
        <Context>
          <Resource name="%s" auth="Container" factory="io.github.iamhikari.IamHikariJNDIFactory"
              description="the shop's orders" jdbcUrl="%s" username="app"
              maximumPoolSize="2" %s/>
        </Context>
        """
            .formatted(POOL, rds.jdbcUrl(), attributes));
    write(
        application.resolve("WEB-INF/web.xml"),
        """
        <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.1" metadata-complete="true">
          <absolute-ordering/>
        </web-app>
        """);

    tomcat.setBaseDir(directory.toString());
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    tomcat.getHost().setAppBase(directory.toString());
    tomcat.setAddDefaultWebXmlToWebapp(false);
    tomcat.enableNaming();
    StandardContext context = (StandardContext) tomcat.addWebapp("", application.toString());
    Tomcat.addServlet(context, "who", new WhoIsIt()).addMapping("/");
    tomcat.start();
    return context;
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }

  private String get() throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return response.statusCode() + ": " + response.body();
  }

  private static IamHikariDataSource pool(StandardContext application) throws NamingException {
    return (IamHikariDataSource)
        application.getNamingContextListener().getEnvContext().lookup(POOL);
  }

  /** Does what an application does with its pool. */
  private static final class WhoIsIt extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      try {
        DataSource pool = (DataSource) new InitialContext().lookup("java:comp/env/" + POOL);
        try (Connection connection = pool.getConnection();
            Statement statement = connection.createStatement();
            ResultSet rows =
                statement.executeQuery(
                    "SELECT current_user || ' from ' || current_setting('application_name')")) {
          rows.next();
          response.getWriter().print(rows.getString(1));
        }
      } catch (NamingException | SQLException e) {
        response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        response.getWriter().print(e + " caused by " + e.getCause());
      }
    }
  }
}
