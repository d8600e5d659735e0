package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.zaxxer.hikari.HikariDataSource;
import io.github.iamhikari.core.IamSettings;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.naming.Reference;
import javax.naming.StringRefAddr;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/** Holds docs/configuration.md, and the samples of all documents, to the code. */
class ConfigurationDocTest {

  private static final Path ROOT = Path.of("..");

  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| `(?<setting>[a-z_]+)` \\| `(?<bean>\\w+)` \\| (?<type>\\w+) \\|"
              + " (?<default>[^|]+) \\| [^|]+ \\| `(?<example>[^`|]+)` \\|$");

  private static final Pattern PARTS_OF_PROGRAMS =
      Pattern.compile("other-pools\\.md|frameworks\\.md|aurora-dsql\\.md");

  private static final Map<String, Class<?>> TYPES =
      Map.of("text", String.class, "number", int.class, "boolean", boolean.class);

  @RegisterExtension final AwsProperties aws = new AwsProperties(AccessKey.random());

  @Test
  void listsExactlyTheSettings() throws Exception {
    List<String> settings = new ArrayList<>();
    for (Field field : IamSettings.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
        settings.add((String) field.get(null));
      }
    }

    assertThat(column("setting")).containsExactlyInAnyOrderElementsOf(settings);
    assertThatCode(() -> IamSettings.from(examples())).doesNotThrowAnyException();
  }

  @Test
  void listsExactlyTheBeanProperties() throws Exception {
    assertThat(column("bean")).containsExactlyInAnyOrderElementsOf(beanProperties().keySet());
  }

  @Test
  void saysTheirTypesAndDefaults() throws Exception {
    Map<String, PropertyDescriptor> properties = beanProperties();
    try (IamHikariDataSource fresh = new IamHikariDataSource()) {
      for (Matcher row = table(); row.find(); ) {
        PropertyDescriptor property = requireNonNull(properties.get(row.group("bean")));
        assertThat(property.getPropertyType()).isEqualTo(TYPES.get(row.group("type")));
        Object value = property.getReadMethod().invoke(fresh);
        String said = row.group("default");
        if (said.startsWith("`")) {
          assertThat(said).isEqualTo("`%s`", value);
        } else {
          assertThat(value).as(row.group()).isIn(null, 0); // taken from somewhere else
        }
      }
    }
  }

  @Test
  void givesExamplesThatTheSettersTake() throws Exception {
    Map<String, PropertyDescriptor> properties = beanProperties();
    try (IamHikariDataSource dataSource = new IamHikariDataSource()) {
      for (Matcher row = table(); row.find(); ) {
        PropertyDescriptor property = requireNonNull(properties.get(row.group("bean")));
        String example = row.group("example");
        Object value =
            switch (row.group("type")) {
              case "number" -> Integer.valueOf(example);
              case "boolean" -> Boolean.valueOf(example);
              default -> example;
            };
        property.getWriteMethod().invoke(dataSource, value);

        assertThat(property.getReadMethod().invoke(dataSource)).isEqualTo(value);
        assertThat(dataSource.getDataSourceProperties()).containsKey(row.group("setting"));
      }
    }
  }

  @Test
  void saysOfWhichRegionsTheRootsComeAlong() throws IOException {
    Set<String> regions =
        Pattern.compile("(?m)^# Amazon RDS ([a-z]+-[a-z-]+-[0-9]) Root CA")
            .matcher(Files.readString(ROOT.resolve("core/src/roots/rds-roots.pem")))
            .results()
            .map(region -> region.group(1))
            .collect(toSet());
    String document = Files.readString(ROOT.resolve("docs/configuration.md"));
    String all = " in " + regions.size() + " commercial regions: all but ";
    assertThat(document).contains(all);
    String others = document.split(all, -1)[1].split("\\|", -1)[0];
    assertThat(regions).noneMatch(others::contains);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("propertiesSamples")
  void showsPropertiesThatStartAPool(String where, String sample) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(sample));
    properties.setProperty("initializationFailTimeout", "-1"); // a pool that connects to nothing
    properties.setProperty("minimumIdle", "0");
    properties.computeIfPresent(
        "dataSource.sslrootcert",
        (name, file) -> ROOT.resolve("core/src/roots/rds-roots.pem").toString());

    try (HikariDataSource dataSource = new IamHikariDataSource(properties)) {
      assertThat(dataSource.isRunning()).as(where).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("xmlSamples")
  void showsResourcesThatTheirFactoryTakes(String where, String sample) throws Exception {
    NamedNodeMap attributes =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(sample)))
            .getDocumentElement()
            .getAttributes();
    Reference resource = new Reference(attributes.getNamedItem("type").getNodeValue());
    for (int i = 0; i < attributes.getLength(); i++) {
      Node attribute = attributes.item(i);
      resource.add(new StringRefAddr(attribute.getNodeName(), attribute.getNodeValue()));
    }
    resource.add(new StringRefAddr("initializationFailTimeout", "-1"));
    resource.add(new StringRefAddr("minimumIdle", "0"));
    assertThat(attributes.getNamedItem("factory").getNodeValue())
        .isEqualTo(IamHikariJNDIFactory.class.getName());

    Object made = new IamHikariJNDIFactory().getObjectInstance(resource, null, null, null);

    try (IamHikariDataSource dataSource = (IamHikariDataSource) requireNonNull(made)) {
      assertThat(dataSource.getIamHost()).as(where).isNotNull();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("javaSamples")
  void showsJavaThatCompiles(String where, String sample, @TempDir Path classes) {
    Map<Boolean, String> importsAndBody =
        sample
            .lines()
            .collect(partitioningBy(line -> line.startsWith("import "), joining("\n", "", "\n")));
    String program =
        "import com.zaxxer.hikari.*; import io.github.iamhikari.*; import java.util.*;\n"
            + importsAndBody.get(true)
            + "class Sample { void sample() throws Exception {\n"
            + importsAndBody.get(false)
            + "} }";
    StringWriter errors = new StringWriter();

    boolean compiles =
        ToolProvider.getSystemJavaCompiler()
            .getTask(
                errors,
                null,
                null,
                List.of("-proc:none", "-implicit:none", "-d", classes.toString()),
                null,
                List.of(inMemory(program)))
            .call();

    assertThat(compiles).as("%s: %s", where, errors).isTrue();
  }

  static Stream<Arguments> propertiesSamples() throws IOException {
    return Stream.concat(
        samples(ROOT.resolve("README.md"), "properties"), samplesOfDocs("properties"));
  }

  static Stream<Arguments> xmlSamples() throws IOException {
    return samplesOfDocs("xml");
  }

  static Stream<Arguments> javaSamples() throws IOException {
    // that of the README and those of two pages are parts of programs that are tested
    return samplesOfDocs("java")
        .filter(sample -> !PARTS_OF_PROGRAMS.matcher(sample.get()[0].toString()).lookingAt());
  }

  private static Stream<Arguments> samplesOfDocs(String language) throws IOException {
    List<Arguments> samples = new ArrayList<>();
    try (Stream<Path> documents = Files.list(ROOT.resolve("docs"))) {
      for (Path document : documents.filter(file -> file.toString().endsWith(".md")).toList()) {
        samples.addAll(samples(document, language).toList());
      }
    }
    return samples.stream();
  }

  private static Stream<Arguments> samples(Path document, String language) throws IOException {
    String text = Files.readString(document);
    return Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$")
        .matcher(text)
        .results()
        .map(
            sample -> {
              long line = text.substring(0, sample.start()).lines().count() + 1;
              return Arguments.of(document.getFileName() + ":" + line, sample.group(1));
            });
  }

  private static Matcher table() throws IOException {
    return ROW.matcher(Files.readString(ROOT.resolve("docs/configuration.md")));
  }

  private static List<String> column(String name) throws IOException {
    List<String> cells = new ArrayList<>();
    for (Matcher row = table(); row.find(); ) {
      cells.add(row.group(name));
    }
    return cells;
  }

  private static Properties examples() throws IOException {
    Properties examples = new Properties();
    for (Matcher row = table(); row.find(); ) {
      examples.setProperty(row.group("setting"), row.group("example"));
    }
    return examples;
  }

  private static Map<String, PropertyDescriptor> beanProperties() throws Exception {
    Map<String, PropertyDescriptor> properties = new TreeMap<>();
    for (PropertyDescriptor property :
        Introspector.getBeanInfo(IamHikariDataSource.class).getPropertyDescriptors()) {
      String name = property.getName();
      if (name.startsWith("iam") || name.equals("awsProfile")) {
        properties.put(name, property);
      }
    }
    return properties;
  }

  private static JavaFileObject inMemory(String program) {
    return new SimpleJavaFileObject(
        URI.create("string:///Sample.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return program;
      }
    };
  }
}
