/**
 * What the library costs, measured with JMH beside what it stands on. {@link
 * io.github.iamhikari.benchmarks.Benchmarks} runs them; nothing here has a network.
 */
@NullMarked
package io.github.iamhikari.benchmarks;

import org.jspecify.annotations.NullMarked;
