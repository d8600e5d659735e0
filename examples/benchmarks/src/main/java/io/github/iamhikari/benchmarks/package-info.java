/**
 * What the library costs beside plain HikariCP and other ways to log in with IAM. {@link
 * io.github.iamhikari.benchmarks.Comparison} is the program.
 */
@NullMarked
package io.github.iamhikari.benchmarks;

import org.jspecify.annotations.NullMarked;
