package io.github.iamhikari.webservice;

/** An order that was placed. */
record Order(long id, String item, int quantity) {}
