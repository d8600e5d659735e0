/**
 * What JUnit's tests need around {@link io.github.iamhikari.localrds.LocalRds}. The tests bring
 * JUnit, AssertJ and Logback.
 */
@NullMarked
package io.github.iamhikari.localrds.junit;

import org.jspecify.annotations.NullMarked;
