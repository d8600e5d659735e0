/** Micronaut's pools log in with IAM: a recipe of {@code docs/frameworks.md}. */
@NullMarked
package io.github.iamhikari.micronaut;

import org.jspecify.annotations.NullMarked;
