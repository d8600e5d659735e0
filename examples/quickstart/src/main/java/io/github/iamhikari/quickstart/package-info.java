/**
 * The main job, in two small programs to copy, {@link
 * io.github.iamhikari.quickstart.PgIamAuthentication} and {@link
 * io.github.iamhikari.quickstart.MySqlIamAuthentication}, and in one that shows it on this machine:
 * {@link io.github.iamhikari.quickstart.Quickstart}.
 */
@NullMarked
package io.github.iamhikari.quickstart;

import org.jspecify.annotations.NullMarked;
