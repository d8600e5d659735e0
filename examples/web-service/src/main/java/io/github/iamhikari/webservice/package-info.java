/**
 * A web service of the kind that people run: {@link io.github.iamhikari.webservice.WebService} has
 * two pools ({@code Pools}, configured by {@code application.yaml}), a repository ({@code Orders})
 * and a REST controller ({@code OrderController}). That is all of the service; what shows it and
 * breaks things is in {@link io.github.iamhikari.webservice.demo}.
 */
@NullMarked
package io.github.iamhikari.webservice;

import org.jspecify.annotations.NullMarked;
