package io.github.iamhikari.recipes.frameworks;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A row of the table {@code purchase_order}, for Hibernate. */
@Entity
@Table(name = "purchase_order")
public class PurchaseOrder {

  @Id
  @Column(name = "id")
  private long id;

  @Column(name = "item")
  private String item = "";

  /** For Hibernate. */
  protected PurchaseOrder() {}

  /**
   * An order.
   *
   * @param id its number
   * @param item what is ordered
   */
  public PurchaseOrder(long id, String item) {
    this.id = id;
    this.item = item;
  }

  /** {@return its number} */
  public long getId() {
    return id;
  }

  /** {@return what is ordered} */
  public String getItem() {
    return item;
  }
}
