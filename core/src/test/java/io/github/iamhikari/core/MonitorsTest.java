package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Java 21 to 23 pin a virtual thread that waits within {@code synchronized}, and later ones do not:
 * this tells on any Java that there is none.
 */
class MonitorsTest {

  @Test
  void holdsNoMonitor() throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-c", "-p"));
    try (Stream<Path> files = Files.walk(ownClasses())) {
      files.map(Path::toString).filter(file -> file.endsWith(".class")).forEach(arguments::add);
    }
    String code = disassembled(arguments);

    assertThat(code)
        .contains("class io.github.iamhikari.core.CachedToken")
        .contains("invokevirtual");
    assertThat(code.lines()).noneMatch(line -> line.contains("monitorenter"));
    assertThat(code.lines()).noneMatch(line -> line.strip().matches(".*\\bsynchronized .*\\(.*"));
  }

  private static Path ownClasses() throws Exception {
    return Path.of(IamDataSource.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static String disassembled(List<String> arguments) throws IOException {
    ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
    try (StringWriter code = new StringWriter();
        PrintWriter writer = new PrintWriter(code)) {
      assertThat(javap.run(writer, writer, arguments.toArray(String[]::new))).isZero();
      return code.toString();
    }
  }
}
