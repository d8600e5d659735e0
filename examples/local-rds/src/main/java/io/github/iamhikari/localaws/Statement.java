package io.github.iamhikari.localaws;

import java.util.List;
import java.util.Locale;

/**
 * A statement of an IAM policy. Immutable. In actions and resources, {@code *} stands for any
 * characters.
 *
 * @param allows whether it allows or denies
 * @param action the action, such as {@code rds-db:connect}, in any case
 * @param resources the ARNs of the resources
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html">
 *     Policy evaluation logic</a>
 */
public record Statement(boolean allows, String action, List<String> resources) {

  /**
   * A statement with these parts.
   *
   * @param allows whether it allows or denies
   * @param action the action
   * @param resources the ARNs of the resources
   */
  public Statement {
    resources = List.copyOf(resources);
  }

  /**
   * A statement that allows an action.
   *
   * @param action the action, such as {@code rds-db:connect} or {@code rds:Describe*}
   * @param resources the ARNs of the resources, such as {@code *}
   * @return the statement
   */
  public static Statement allow(String action, String... resources) {
    return new Statement(true, action, List.of(resources));
  }

  /**
   * A statement that denies an action, whatever else allows it.
   *
   * @param action the action
   * @param resources the ARNs of the resources
   * @return the statement
   */
  public static Statement deny(String action, String... resources) {
    return new Statement(false, action, List.of(resources));
  }

  boolean concerns(String wantedAction, String resource) {
    return matches(action.toLowerCase(Locale.ROOT), wantedAction.toLowerCase(Locale.ROOT))
        && resources.stream().anyMatch(pattern -> matches(pattern, resource));
  }

  /** Each star of the pattern takes as little as it can; the last one takes the rest. */
  private static boolean matches(String pattern, String text) {
    String[] parts = pattern.split("\\*", -1);
    if (parts.length == 1) {
      return pattern.equals(text);
    }
    String last = parts[parts.length - 1];
    int at = parts[0].length();
    if (!text.startsWith(parts[0])) {
      return false;
    }
    for (int i = 1; i < parts.length - 1; i++) {
      int found = text.indexOf(parts[i], at);
      if (found < 0) {
        return false;
      }
      at = found + parts[i].length();
    }
    return text.length() - last.length() >= at && text.endsWith(last);
  }
}
