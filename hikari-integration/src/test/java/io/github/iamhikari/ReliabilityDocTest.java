package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds the tables of faults in docs/reliability*.md to the tests that they name. */
class ReliabilityDocTest {

  private static final Path ROOT = Path.of("..");

  /** What was broken, for how long, what the application saw, and the test. */
  private static final Pattern ROW =
      Pattern.compile("\\| [^|]+ \\| [^|]+ \\| [^|]+ \\| `(?<test>\\w+\\.\\w+)` \\|");

  private static final Pattern FAULT = Pattern.compile("(\\w*Faults(IT)?|LeaksIT)\\..*");

  private static final Set<String> HEAD =
      Set.of(
          "| what was broken | for how long | what the application saw | test |",
          "| what was done | how often | what was left | test |",
          "| --- | --- | --- | --- |");

  @Test
  void namesTestsThatExist() throws IOException {
    assertThat(rows()).hasSizeGreaterThan(20).isSubsetOf(tests());
  }

  @Test
  void leavesOutNoFault() throws IOException {
    assertThat(rows())
        .containsAll(tests().stream().filter(test -> FAULT.matcher(test).matches()).toList());
  }

  /** The tests that the tables name; each other line of a table is its head. */
  private static List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    for (Path document : files("docs", "reliability[a-z-]*\\.md")) {
      for (String line : Files.readAllLines(document)) {
        Matcher row = ROW.matcher(line);
        if (row.matches()) {
          rows.add(row.group("test"));
        } else if (line.startsWith("|")) {
          assertThat(line).isIn(HEAD);
        }
      }
    }
    return rows;
  }

  /** The tests of both modules, as {@code ClassName.methodName}. */
  private static Set<String> tests() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("core", "hikari-integration")) {
      sources.addAll(files(module + "/src/test/java", "\\w+\\.java"));
    }
    Set<String> tests = new TreeSet<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
      for (CompilationUnitTree source : task.parse()) {
        source.accept(new TestScanner(tests), "");
      }
    }
    return tests;
  }

  private static List<Path> files(String directory, String name) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve(directory))) {
      return files.filter(file -> file.getFileName().toString().matches(name)).toList();
    }
  }

  private static final class TestScanner extends TreeScanner<@Nullable Void, String> {

    private final Set<String> tests;

    private TestScanner(Set<String> tests) {
      this.tests = tests;
    }

    @Override
    public @Nullable Void visitClass(ClassTree node, String enclosing) {
      return super.visitClass(node, node.getSimpleName().toString());
    }

    @Override
    public @Nullable Void visitMethod(MethodTree node, String className) {
      boolean isTest =
          node.getModifiers().getAnnotations().stream()
              .map(annotation -> annotation.getAnnotationType().toString())
              .anyMatch(name -> name.endsWith("Test") || name.matches("On(Every|Our)Pools?"));
      if (isTest) {
        tests.add(className + "." + node.getName());
      }
      return super.visitMethod(node, className);
    }
  }
}
