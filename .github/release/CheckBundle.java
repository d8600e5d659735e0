import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * Checks an unpacked bundle against what Maven Central requires of it, and that the bill of
 * materials of each module names the module's dependencies.
 */
final class CheckBundle {

  /** By the ending of a file's name, the digest that the file holds. */
  private static final Map<String, String> CHECKSUMS =
      new TreeMap<>(
          Map.of(".md5", "MD5", ".sha1", "SHA-1", ".sha256", "SHA-256", ".sha512", "SHA-512"));

  private static final List<String> INHERITED =
      List.of(
          "url",
          "licenses/license/name",
          "licenses/license/url",
          "developers/developer/name",
          "scm/connection",
          "scm/developerConnection",
          "scm/url");

  private static final List<String> MODULES =
      List.of("iam-hikari-parent", "iam-hikari-core", "iam-hikari", "iam-hikari-local-rds");

  private final XPath xpath = XPathFactory.newInstance().newXPath();
  private final List<String> problems = new ArrayList<>();
  private final Path group;
  private int files;

  private CheckBundle(Path group) {
    this.group = group;
  }

  public static void main(String[] arguments) throws Exception {
    CheckBundle check = new CheckBundle(Path.of(arguments[0], "io", "github", "iamhikari"));
    check.run();
    if (!check.problems.isEmpty()) {
      check.problems.forEach(System.err::println);
      System.exit(1);
    }
    System.out.println(check.files + " files are complete: " + String.join(", ", MODULES));
  }

  private void run() throws Exception {
    List<String> found;
    try (Stream<Path> directories = Files.list(group)) {
      found = directories.map(directory -> directory.getFileName().toString()).toList();
    }
    require(found.size() == MODULES.size() && found.containsAll(MODULES), "modules are " + found);
    for (String module : MODULES) {
      checkFiles(group.resolve(module));
      checkModule(module);
    }
  }

  private void checkFiles(Path module) throws Exception {
    List<Path> published;
    try (Stream<Path> paths = Files.walk(module)) {
      published = paths.filter(Files::isRegularFile).filter(CheckBundle::isContent).toList();
    }
    for (Path file : published) {
      files++;
      require(Files.exists(beside(file, ".asc")), file + " has no signature");
      for (Map.Entry<String, String> checksum : CHECKSUMS.entrySet()) {
        Path sum = beside(file, checksum.getKey());
        require(
            Files.exists(sum)
                && Files.readString(sum).strip().equals(digest(file, checksum.getValue())),
            sum + " is missing or wrong");
      }
    }
  }

  private static boolean isContent(Path file) {
    String name = file.getFileName().toString();
    return !name.endsWith(".asc") && CHECKSUMS.keySet().stream().noneMatch(name::endsWith);
  }

  private static Path beside(Path file, String ending) {
    return file.resolveSibling(file.getFileName() + ending);
  }

  private static String digest(Path file, String algorithm) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file)));
  }

  private void checkModule(String module) throws Exception {
    Document pom = pom(module);
    Document parent = pom(MODULES.get(0));
    require(!text(pom, "version", parent).endsWith("-SNAPSHOT"), module + " is a snapshot");
    for (String element : List.of("modelVersion", "artifactId", "name", "description")) {
      require(!text(pom, element).isBlank(), module + " has no " + element);
    }
    for (String element : INHERITED) {
      require(!text(pom, element, parent).isBlank(), module + " has no " + element);
    }
    if (!text(pom, "packaging").equals("pom")) {
      for (String ending : List.of(".jar", "-sources.jar", "-javadoc.jar")) {
        require(Files.exists(file(module, ending)), module + ending + " is missing");
      }
      checkBillOfMaterials(module, pom);
    }
    require(
        !module.equals("iam-hikari") || Files.exists(file(module, "-all.jar")),
        "the all-jar is missing");
  }

  private void checkBillOfMaterials(String module, Document pom) throws Exception {
    String bill = Files.readString(file(module, "-cyclonedx.json"));
    NodeList dependencies =
        (NodeList)
            xpath.evaluate(
                "/project/dependencies/dependency[not(scope='test' or scope='provided')]",
                pom,
                XPathConstants.NODESET);
    require(dependencies.getLength() > 0, module + " has no dependencies");
    for (int i = 0; i < dependencies.getLength(); i++) {
      String name = xpath.evaluate("artifactId", dependencies.item(i));
      // a property stands for the databases of this platform
      String url =
          "pkg:maven/"
              + xpath.evaluate("groupId", dependencies.item(i))
              + "/"
              + (name.contains("$") ? "" : name + "@");
      require(bill.contains(url), "the bill of materials of " + module + " lacks " + url);
    }
  }

  private Document pom(String module) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(file(module, ".pom").toFile());
  }

  private Path file(String module, String ending) throws IOException {
    try (Stream<Path> versions = Files.list(group.resolve(module))) {
      Path version = versions.findFirst().orElseThrow();
      return version.resolve(module + "-" + version.getFileName() + ending);
    }
  }

  private String text(Document pom, String element) throws Exception {
    return xpath.evaluate("/project/" + element, pom);
  }

  private String text(Document pom, String element, Document parent) throws Exception {
    String own = text(pom, element);
    return own.isBlank() ? text(parent, element) : own;
  }

  private void require(boolean condition, String problem) {
    if (!condition) {
      problems.add(problem);
    }
  }
}
