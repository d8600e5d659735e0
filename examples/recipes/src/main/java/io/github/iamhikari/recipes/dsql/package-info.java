/**
 * What an application does in another way on Aurora DSQL. Each class is a recipe of {@code
 * docs/aurora-dsql.md}.
 */
@NullMarked
package io.github.iamhikari.recipes.dsql;

import org.jspecify.annotations.NullMarked;
