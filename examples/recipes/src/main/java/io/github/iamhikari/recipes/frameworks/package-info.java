/**
 * IAM logins under frameworks that stand on HikariCP's classes or on a {@code DataSource}. Each
 * class is a recipe of {@code docs/frameworks.md}, and stands on an {@link
 * io.github.iamhikari.IamHikariDataSource}.
 */
@NullMarked
package io.github.iamhikari.recipes.frameworks;

import org.jspecify.annotations.NullMarked;
