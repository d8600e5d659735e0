package io.github.iamhikari.benchmarks;

/** What is measured of each subject. */
enum Quantity {
  FIRST_CONNECTION("First connection in a new JVM", "ms", true),
  PHYSICAL_CONNECTION("A further physical connection", "ms", true),
  BORROW("Borrow and return", "ns", true),
  LOGIN("Login without a network", "ns", true),
  ALL_CONNECTED("1,000 threads, expired token: all connected", "ms", true),
  SIGNED("1,000 threads, expired token: tokens signed", "", false),
  LONGEST_WAIT("Longest wait while AWS takes 2 s to renew", "ms", false);

  private final String title;
  private final String unit;
  private final boolean isCompared;

  Quantity(String title, String unit, boolean isCompared) {
    this.title = title;
    this.unit = unit;
    this.isCompared = isCompared;
  }

  String title() {
    return title;
  }

  /** {@code ms}, {@code ns}, or empty for a number of things. */
  String unit() {
    return unit;
  }

  /** Whether the ratio to plain HikariCP says something. */
  boolean isCompared() {
    return isCompared;
  }
}
