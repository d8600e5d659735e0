package io.github.iamhikari;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The names of a bean's properties, with suggestions for unknown names. */
final class PropertyNames {

  /** The maximum number of wrong letters in a name; one less in a short name. */
  private static final int MOST_MISSPELT = 3;

  private static final int SHORT = 8;

  /** Names that other pools and frameworks use for HikariCP's properties. */
  private static final Map<String, String> OTHER_NAMES =
      Map.of(
          "url", "jdbcUrl",
          "uri", "jdbcUrl",
          "user", "username",
          "driver", "driverClassName",
          "driverclass", "driverClassName",
          "maxpoolsize", "maximumPoolSize");

  private final Set<String> names;

  private PropertyNames(Set<String> names) {
    this.names = names;
  }

  static PropertyNames of(Class<?> bean) {
    return new PropertyNames(
        Arrays.stream(bean.getMethods())
            .filter(method -> method.getParameterCount() == 1)
            .map(Method::getName)
            .filter(name -> name.startsWith("set") && name.length() > 3)
            .map(name -> name.substring(3, 4).toLowerCase(Locale.ROOT) + name.substring(4))
            .collect(Collectors.toUnmodifiableSet()));
  }

  boolean contains(String name) {
    return names.contains(name);
  }

  /** {@return the property that an unknown name most likely refers to} */
  Optional<String> meantBy(String name) {
    String letters = letters(name);
    String otherName = OTHER_NAMES.get(letters);
    if (otherName != null && names.contains(otherName)) {
      return Optional.of(otherName);
    }
    int most = letters.length() < SHORT ? MOST_MISSPELT - 1 : MOST_MISSPELT;
    return names.stream()
        .filter(known -> distance(letters(known), letters) <= most)
        .min(
            Comparator.comparingInt((String known) -> distance(letters(known), letters))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** Makes {@code jdbc-url}, {@code JDBC_URL} and {@code jdbcUrl} equal. */
  static String letters(String name) {
    return name.replaceAll("[-_.]", "").toLowerCase(Locale.ROOT);
  }

  /** {@return the number of insertions, deletions and substitutions between two words} */
  private static int distance(String one, String other) {
    int[] row = IntStream.rangeClosed(0, other.length()).toArray();
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
