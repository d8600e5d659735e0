package io.github.iamhikari.webservice;

import org.springframework.dao.DataAccessException;

/**
 * An event: the database did not take an order.
 *
 * @param database the name of its pool
 * @param failure what the service got for it
 */
public record OrderFailed(String database, DataAccessException failure) {}
