package io.github.iamhikari;

/** Describes the innermost cause of an exception for use in a message. */
final class RootCause {

  private RootCause() {}

  /** {@return the innermost message, with the name of a missing class spelled out} */
  static String of(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    if (message == null || message.isBlank()) {
      return "a " + root.getClass().getName();
    }
    boolean namesAClass =
        root instanceof ClassNotFoundException || root instanceof NoClassDefFoundError;
    return namesAClass && message.indexOf(' ') < 0
        ? "the class " + message.replace('/', '.') + " is not on the class path"
        : message;
  }
}
