package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/**
 * Compares what both jars tell GraalVM's {@code native-image} with what their classes load by name.
 * NativeImageIT of the quickstart builds an image on a machine that has {@code native-image}.
 */
class ReachabilityMetadataTest {

  private static final List<Path> JARS =
      List.of(Path.of("../core/target/classes"), Path.of("target/classes"));

  private static final String METADATA = "META-INF/native-image";

  private static final Pattern CLASS_NAME = Pattern.compile("([a-z]\\w*\\.)+[A-Z][\\w$]*");

  /** How {@code AwsServices} names the clients of one package. */
  private static final Pattern CLIENT_NAME = Pattern.compile("[a-z]+\\.[A-Z]\\w+Client");

  private static final String CLIENTS = "software.amazon.awssdk.services.";

  /** JNDI's factory compares two, and the command reloads itself beside a driver's jar. */
  private static final Set<String> NOT_FOR_IMAGES =
      Set.of(
          DataSource.class.getName(),
          HikariDataSource.class.getName(),
          IamHikariCommand.class.getName());

  @Test
  void registersEachClassThatIsLoadedByName() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Path classFile : files("", ".class")) {
      new ClassReader(Files.readAllBytes(classFile)).accept(new NamesOfClasses(names), 0);
    }
    for (Path service : files("META-INF/services", "")) {
      names.addAll(Files.readAllLines(service));
    }

    names.removeAll(NOT_FOR_IMAGES);
    assertThat(reflection()).extracting(type -> string(type, "name")).containsAll(names);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "registers a method of Java 21")
  void registersClassesAndMethodsThatExist() throws Exception {
    for (JsonNode type : reflection()) {
      String name = string(type, "name");
      assertThat(ClassLoader.getSystemResource(name.replace('.', '/') + ".class"))
          .as(name)
          .isNotNull();
      if (type.field("methods").isPresent()) {
        List<JsonNode> methods = type.field("methods").get().asArray();
        assertThat(methods)
            .extracting(ReachabilityMetadataTest::signature)
            .isSubsetOf(signatures(Class.forName(name)));
      }
    }
  }

  @Test
  void includesEachResource() {
    List<Pattern> patterns =
        files(METADATA, "resource-config.json").stream()
            .map(ReachabilityMetadataTest::json)
            .flatMap(
                json ->
                    json
                        .field("resources")
                        .orElseThrow()
                        .field("includes")
                        .orElseThrow()
                        .asArray()
                        .stream())
            .map(include -> Pattern.compile(string(include, "pattern")))
            .toList();

    assertThat(files("io", ""))
        .map(ReachabilityMetadataTest::nameInJar)
        .filteredOn(name -> !name.endsWith(".class"))
        .isNotEmpty()
        .allMatch(name -> patterns.stream().anyMatch(each -> each.matcher(name).matches()));
  }

  /** Collects the names of classes that a class has as strings or asks a class for. */
  private static final class NamesOfClasses extends ClassVisitor {

    private final Set<String> names;

    private NamesOfClasses(Set<String> names) {
      super(Opcodes.ASM9);
      this.names = names;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(Opcodes.ASM9) {
        private String lastClass = "";

        @Override
        public void visitLdcInsn(Object value) {
          if (value instanceof Type type) {
            lastClass = type.getClassName();
          } else if (value instanceof String text && CLASS_NAME.matcher(text).matches()) {
            names.add(CLIENT_NAME.matcher(text).matches() ? CLIENTS + text : text);
          }
        }

        @Override
        public void visitMethodInsn(
            int opcode, String owner, String called, String descriptor, boolean isInterface) {
          if (!lastClass.isEmpty() && called.equals("getName")) {
            names.add(lastClass);
          }
          lastClass = "";
        }
      };
    }
  }

  private static List<String> signatures(Class<?> type) {
    return Stream.<Executable>concat(
            Arrays.stream(type.getMethods()), Arrays.stream(type.getConstructors()))
        .map(ReachabilityMetadataTest::signature)
        .toList();
  }

  private static String signature(Executable executable) {
    String name = executable instanceof Constructor ? "<init>" : executable.getName();
    return name + Arrays.stream(executable.getParameterTypes()).map(Class::getName).toList();
  }

  private static String signature(JsonNode method) {
    List<JsonNode> parameters = method.field("parameterTypes").orElseThrow().asArray();
    return string(method, "name") + parameters.stream().map(JsonNode::asString).toList();
  }

  private static List<JsonNode> reflection() {
    return files(METADATA, "reflect-config.json").stream()
        .flatMap(file -> json(file).asArray().stream())
        .toList();
  }

  private static List<Path> files(String folder, String suffix) {
    return JARS.stream()
        .map(jar -> jar.resolve(folder))
        .filter(Files::isDirectory)
        .flatMap(ReachabilityMetadataTest::walk)
        .filter(file -> Files.isRegularFile(file) && file.toString().endsWith(suffix))
        .toList();
  }

  private static Stream<Path> walk(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String nameInJar(Path file) {
    Path jar = JARS.stream().filter(file::startsWith).findFirst().orElseThrow();
    return jar.relativize(file).toString().replace('\\', '/');
  }

  private static JsonNode json(Path file) {
    try {
      return JsonNode.parser().parse(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String string(JsonNode node, String field) {
    return node.field(field).orElseThrow().asString();
  }
}
