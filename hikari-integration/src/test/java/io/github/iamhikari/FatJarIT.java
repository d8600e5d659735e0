package io.github.iamhikari;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.loader.launch.JarLauncher;

/** A program in a jar of jars, as Spring Boot packages it. */
class FatJarIT {

  private static final List<String> LIBRARIES =
      List.of(
          "/ch/qos/logback/",
          "/com/mysql/",
          "/com/zaxxer/",
          "/org/mariadb/jdbc/",
          "/org/postgresql/",
          "/org/reactivestreams/",
          "/org/slf4j/",
          "/software/amazon/");

  @Test
  void verifiesServersByTheRootsInAJarOfIt(@TempDir Path folder) throws Exception {
    LocalRds postgres = PostgresServer.started();
    LocalRds mariaDb = MariaDbServer.started();
    AccessKey key = AccessKey.random();
    postgres.add(key);
    mariaDb.add(key);
    String mysqlUrl = mariaDb.jdbcUrl(mariaDb.host());
    Path jar = folder.resolve("program.jar");
    write(jar, fatJar(postgres));

    ProcessBuilder command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djdk.net.hosts.file=" + System.getProperty("jdk.net.hosts.file"),
            "-jar",
            jar.toString(),
            postgres.jdbcUrl(postgres.host()),
            mysqlUrl,
            mysqlUrl.replace("jdbc:mysql:", "jdbc:mariadb:"));
    command.environment().put("AWS_ACCESS_KEY_ID", key.id());
    command.environment().put("AWS_SECRET_ACCESS_KEY", key.secret());
    command.environment().remove("AWS_SESSION_TOKEN");
    Process program = command.redirectErrorStream(true).start();
    String output = new String(program.getInputStream().readAllBytes(), UTF_8);

    assertThat(program.waitFor()).as(output).isZero();
    assertThat(output)
        .contains("logged in by PostgreSQL JDBC Driver")
        .contains("logged in by MySQL Connector/J")
        .contains("logged in by MariaDB Connector/J")
        .contains("chains to Amazon's roots for us-east-2 (as of today)")
        .doesNotContain("not verified")
        .doesNotContain("X-Amz-Signature");
  }

  /** All files of one whose copy of core has a server's authority as root of its region. */
  private static Map<String, byte[]> fatJar(LocalRds rds) throws Exception {
    Map<String, byte[]> files = files(codeSource(JarLauncher.class));
    files.put(
        JarFile.MANIFEST_NAME,
        """
        Manifest-Version: 1.0
        Main-Class: %s
        Start-Class: %s
        """
            .formatted(JarLauncher.class.getName(), Program.class.getName())
            .getBytes(UTF_8));
    files.put("BOOT-INF/classes/", new byte[0]);
    String program = Program.class.getName().replace('.', '/') + ".class";
    files.put(
        "BOOT-INF/classes/" + program,
        Files.readAllBytes(codeSource(Program.class).resolve(program)));

    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path library = Path.of(entry);
      if (LIBRARIES.stream().anyMatch(library.toUri().getPath()::contains)) {
        files.put("BOOT-INF/lib/" + library.getFileName(), Files.readAllBytes(library));
      }
    }
    files.put("BOOT-INF/lib/ours.jar", zip(files(codeSource(IamHikariDataSource.class))));
    Map<String, byte[]> core = files(codeSource(IamDataSource.class));
    String roots = "today\n" + Files.readString(rds.certificateAuthority());
    assertThat(core.put("io/github/iamhikari/core/roots/us-east-2.pem", roots.getBytes(UTF_8)))
        .isNotNull();
    files.put("BOOT-INF/lib/core.jar", zip(core));
    return files;
  }

  private static Path codeSource(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** Those of a jar or a directory, by name. */
  private static Map<String, byte[]> files(Path location) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    if (Files.isDirectory(location)) {
      try (Stream<Path> paths = Files.walk(location)) {
        for (Path file : paths.filter(Files::isRegularFile).toList()) {
          String name = location.relativize(file).toString().replace(File.separatorChar, '/');
          files.put(name, Files.readAllBytes(file));
        }
      }
      return files;
    }
    try (InputStream input = Files.newInputStream(location);
        ZipInputStream zip = new ZipInputStream(input)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (!entry.isDirectory()) {
          files.put(entry.getName(), zip.readAllBytes());
        }
      }
    }
    return files;
  }

  private static byte[] zip(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    write(output, files);
    return output.toByteArray();
  }

  private static void write(Path jar, Map<String, byte[]> files) throws IOException {
    try (OutputStream output = Files.newOutputStream(jar)) {
      write(output, files);
    }
  }

  /** Spring Boot reads no nested jar that is compressed. */
  private static void write(OutputStream output, Map<String, byte[]> files) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(output)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        CRC32 checksum = new CRC32();
        checksum.update(file.getValue());
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(file.getValue().length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(file.getValue());
      }
    }
  }

  /** Logs in by a pool for each URL. */
  static final class Program {

    private Program() {}

    public static void main(String[] urls) throws SQLException {
      for (String url : urls) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername("app");
        config.setMaximumPoolSize(1);
        try (IamHikariDataSource pool = new IamHikariDataSource(config);
            Connection connection = pool.getConnection()) {
          System.out.println("logged in by " + connection.getMetaData().getDriverName());
        }
      }
    }
  }
}
