package io.github.iamhikari.webservice;

/** What a client orders. */
record NewOrder(String item, int quantity) {

  NewOrder {
    if (item == null || item.isBlank() || item.length() > 40) {
      throw new IllegalArgumentException("item must have from 1 to 40 characters");
    }
    if (quantity < 1 || quantity > 100) {
      throw new IllegalArgumentException("quantity must be from 1 to 100");
    }
  }
}
