-- liquibase formatted sql

-- changeset app:1
CREATE TABLE purchase_order (id BIGINT PRIMARY KEY, item VARCHAR(100) NOT NULL);
