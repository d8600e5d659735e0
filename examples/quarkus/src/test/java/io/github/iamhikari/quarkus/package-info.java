/** Quarkus' pools log in with IAM, as {@code docs/frameworks.md} shows. */
@NullMarked
package io.github.iamhikari.quarkus;

import org.jspecify.annotations.NullMarked;
