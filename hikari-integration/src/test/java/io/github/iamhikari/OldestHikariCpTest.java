package io.github.iamhikari;

import static java.lang.invoke.MethodType.methodType;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;

/** What is compiled against the newest HikariCP links with the oldest that is supported. */
class OldestHikariCpTest {

  /** The build copies it there. */
  private static final String OLDEST = "target/oldest-hikaricp/HikariCP.jar";

  /** Constants of the kinds Fieldref, Methodref and InterfaceMethodref. */
  private static final List<Integer> REFERENCES = List.of(9, 10, 11);

  @Test
  void hasAllThatTheClassesReferTo() throws Exception {
    String classPath = OLDEST + File.pathSeparator + System.getProperty("java.class.path");
    List<URL> oldestFirst = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      oldestFirst.add(Path.of(entry).toRealPath().toUri().toURL());
    }
    List<Reference> references = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("target/classes"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        references.addAll(Reference.in(file));
      }
    }
    try (URLClassLoader loader =
        new URLClassLoader(oldestFirst.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      assertThat(references)
          .anyMatch(reference -> reference.owner.startsWith("com.zaxxer.hikari."))
          .filteredOn(reference -> !reference.isFoundBy(loader))
          .isEmpty();
    }
  }

  /** A method, constructor or field of HikariCP's or ours that a class file names. */
  record Reference(Path from, String owner, String name, String descriptor) {

    static List<Reference> in(Path file) throws IOException {
      ClassReader reader = new ClassReader(Files.readAllBytes(file));
      char[] buffer = new char[reader.getMaxStringLength()];
      List<Reference> references = new ArrayList<>();
      for (int i = 1; i < reader.getItemCount(); i++) {
        int constant = reader.getItem(i);
        if (constant > 0 && REFERENCES.contains(reader.readByte(constant - 1))) {
          String owner = reader.readClass(constant, buffer).replace('/', '.');
          int signature = reader.getItem(reader.readUnsignedShort(constant + 2));
          if (owner.startsWith("com.zaxxer.hikari.") || owner.startsWith("io.github.iamhikari.")) {
            references.add(
                new Reference(
                    file.getFileName(),
                    owner,
                    reader.readUTF8(signature, buffer),
                    reader.readUTF8(signature + 2, buffer)));
          }
        }
      }
      return references;
    }

    boolean isFoundBy(ClassLoader loader) {
      try {
        return superTypes(Class.forName(owner, false, loader)).anyMatch(this::isDeclaredBy);
      } catch (ClassNotFoundException e) {
        return false;
      }
    }

    private static Stream<Class<?>> superTypes(@Nullable Class<?> type) {
      return type == null
          ? Stream.empty()
          : Stream.of(
                  Stream.<Class<?>>of(type),
                  superTypes(type.getSuperclass()),
                  Stream.of(type.getInterfaces()).flatMap(Reference::superTypes))
              .flatMap(types -> types);
    }

    private boolean isDeclaredBy(Class<?> type) {
      String member = name + descriptor;
      return Stream.of(type.getDeclaredFields())
              .anyMatch(f -> member.equals(f.getName() + f.getType().descriptorString()))
          || Stream.of(type.getDeclaredConstructors())
              .map(c -> "<init>" + methodType(void.class, c.getParameterTypes()).descriptorString())
              .anyMatch(member::equals)
          || Stream.of(type.getDeclaredMethods())
              .map(
                  m ->
                      m.getName()
                          + methodType(m.getReturnType(), m.getParameterTypes()).descriptorString())
              .anyMatch(member::equals);
    }
  }
}
