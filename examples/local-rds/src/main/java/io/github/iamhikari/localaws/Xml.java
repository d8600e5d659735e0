package io.github.iamhikari.localaws;

import java.util.List;

/** The XML of AWS's query protocol, as text. */
final class Xml {

  static final String REQUEST_ID = text("RequestId", "c6104cbe-af31-11e0-8154-cbc7ccf896c7");

  private Xml() {}

  /** An element with these elements in it. */
  static String element(String name, String... content) {
    return "<" + name + ">" + String.join("", content) + "</" + name + ">";
  }

  /** An element with these elements in it. */
  static String element(String name, List<String> content) {
    return element(name, content.toArray(new String[0]));
  }

  /** An element with a text in it. */
  static String text(String name, Object content) {
    String text = String.valueOf(content);
    return element(name, text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
  }

  /** The outermost element. */
  static String document(String name, String namespace, String... content) {
    return "<"
        + name
        + " xmlns=\""
        + namespace
        + "\">"
        + String.join("", content)
        + "</"
        + name
        + ">";
  }
}
