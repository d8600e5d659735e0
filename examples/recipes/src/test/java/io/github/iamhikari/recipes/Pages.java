package io.github.iamhikari.recipes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The pages of docs that show these recipes. */
public final class Pages {

  private static final Path DOCS = Path.of("../../docs");

  private Pages() {}

  /** A page. */
  static String text(String page) throws IOException {
    return Files.readString(DOCS.resolve(page));
  }

  /** The samples of a page in a language. */
  public static List<String> samples(String page, String language) throws IOException {
    return Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$")
        .matcher(text(page))
        .results()
        .map(sample -> sample.group(1))
        .toList();
  }
}
