/**
 * IAM logins under other pools than HikariCP, and {@linkplain
 * io.github.iamhikari.recipes.pools.WithoutAPool without one}. Each class is a recipe of {@code
 * docs/other-pools.md}, and stands on {@link io.github.iamhikari.core.IamDataSource}.
 */
@NullMarked
package io.github.iamhikari.recipes.pools;

import org.jspecify.annotations.NullMarked;
