package io.github.iamhikari.benchmarks;

/** Something to measure. */
interface Measure {

  /** Measures each subject once, one right after the other or all at the same time. */
  void round(Results results) throws Exception;
}
