/**
 * Extensions of JUnit Jupiter, and one of Spring Boot's tests, for tests against {@link
 * io.github.iamhikari.localrds.LocalRds}. Tests bring JUnit, and Spring if they use it; {@code
 * SecretSearch} and {@code SecretsInLogs} need AssertJ and Logback, too.
 */
@NullMarked
package io.github.iamhikari.localrds.junit;

import org.jspecify.annotations.NullMarked;
