package io.github.iamhikari;

/** Why something failed: the innermost cause of an exception, in words for a message. */
final class RootCause {

  private RootCause() {}

  /** {@return a part of a sentence; for a class that is missing, its name} */
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
