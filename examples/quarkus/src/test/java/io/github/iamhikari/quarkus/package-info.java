/** Quarkus' pools log in with IAM, by a recipe of {@code docs/frameworks.md}. */
@NullMarked
package io.github.iamhikari.quarkus;

import org.jspecify.annotations.NullMarked;
