package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDataSource;
import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;

/** What is compiled against the newest HikariCP links with the oldest that is supported. */
class OldestHikariCpTest {

  private static final Path CLASSES = Path.of("target/classes");

  /** The build copies it there. */
  private static final Path OLDEST = Path.of("target/oldest-hikaricp/HikariCP.jar");

  @Test
  void hasAllThatTheClassesReferTo() throws Exception {
    List<Reference> references = new ArrayList<>();
    try (Stream<Path> files = Files.walk(CLASSES)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        references.addAll(Reference.in(file));
      }
    }
    try (OldestFirst loader = OldestFirst.make()) {
      assertThat(references)
          .anyMatch(reference -> reference.owner.startsWith(OldestFirst.HIKARICP))
          .filteredOn(reference -> !reference.isFoundBy(loader))
          .isEmpty();
    }
  }

  /** A method, constructor or field that a class file names. */
  record Reference(Path from, String owner, String name, String descriptor) {

    /** The kinds of constants that refer to one. */
    private static final int FIELD = 9;

    private static final int INTERFACE_METHOD = 11;

    static List<Reference> in(Path file) throws IOException {
      ClassReader reader = new ClassReader(Files.readAllBytes(file));
      char[] buffer = new char[reader.getMaxStringLength()];
      List<Reference> references = new ArrayList<>();
      for (int i = 1; i < reader.getItemCount(); i++) {
        int constant = reader.getItem(i);
        int kind = constant == 0 ? 0 : reader.readByte(constant - 1);
        if (kind >= FIELD && kind <= INTERFACE_METHOD) {
          int signature = reader.getItem(reader.readUnsignedShort(constant + 2));
          references.add(
              new Reference(
                  file.getFileName(),
                  reader.readClass(constant, buffer).replace('/', '.'),
                  reader.readUTF8(signature, buffer),
                  reader.readUTF8(signature + 2, buffer)));
        }
      }
      references.removeIf(reference -> !OldestFirst.isItsOwn(reference.owner));
      return references;
    }

    boolean isFoundBy(ClassLoader loader) {
      try {
        Class<?> type = Class.forName(owner, false, loader);
        if (!descriptor.startsWith("(")) {
          return isField(type);
        }
        MethodType signature = MethodType.fromMethodDescriptorString(descriptor, loader);
        return name.equals("<init>")
            ? Arrays.stream(type.getDeclaredConstructors())
                .map(Constructor::getParameterTypes)
                .anyMatch(types -> signature.parameterList().equals(List.of(types)))
            : isMethod(type, signature);
      } catch (ClassNotFoundException | TypeNotPresentException e) {
        return false;
      }
    }

    private boolean isField(@Nullable Class<?> type) {
      return type != null
          && (Arrays.stream(type.getDeclaredFields())
                  .anyMatch(
                      field ->
                          field.getName().equals(name)
                              && field.getType().descriptorString().equals(descriptor))
              || isField(type.getSuperclass()));
    }

    private boolean isMethod(@Nullable Class<?> type, MethodType signature) {
      return type != null
          && (Arrays.stream(type.getDeclaredMethods())
                  .anyMatch(
                      method ->
                          method.getName().equals(name)
                              && MethodType.methodType(
                                      method.getReturnType(), method.getParameterTypes())
                                  .equals(signature))
              || isMethod(type.getSuperclass(), signature)
              || Arrays.stream(type.getInterfaces()).anyMatch(each -> isMethod(each, signature)));
    }
  }

  /** Finds HikariCP in the oldest jar, and our own classes so that they stand on that. */
  private static final class OldestFirst extends URLClassLoader {

    private static final String HIKARICP = "com.zaxxer.hikari.";
    private static final String OURS = "io.github.iamhikari.";

    private OldestFirst(URL[] locations) {
      super(locations, OldestFirst.class.getClassLoader());
    }

    private static OldestFirst make() throws IOException {
      URL core = IamDataSource.class.getProtectionDomain().getCodeSource().getLocation();
      return new OldestFirst(
          new URL[] {CLASSES.toUri().toURL(), OLDEST.toRealPath().toUri().toURL(), core});
    }

    private static boolean isItsOwn(String className) {
      return className.startsWith(HIKARICP) || className.startsWith(OURS);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!isItsOwn(name)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }
  }
}
