package io.github.iamhikari.core;

import io.github.iamhikari.core.Fleet.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Draws docs/failover.svg, if the system property {@code fleet.plot} names a file to write: the
 * share of the pools that serve, over the time since the database is back. Its colours are readable
 * on white and on black.
 */
final class FleetPlot {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 380;
  private static final int LEFT = 62;
  private static final int TOP = 46;
  private static final int PANEL_WIDTH = 375;
  private static final int PANEL_HEIGHT = 236;
  private static final int BETWEEN_PANELS = 65;
  private static final int POINTS = 120;
  private static final String LIMIT = "stroke=\"#7d8590\" stroke-width=\"1\"";
  private static final int[] SIZES = {1_000, 10_000};

  /** One size of fleet. */
  private record Panel(int size, double left, double seconds) {

    private String point(double at, double share) {
      return format(
          "%.1f,%.1f", left + at / seconds * PANEL_WIDTH, TOP + (1 - share) * PANEL_HEIGHT);
    }
  }

  private final StringBuilder svg = new StringBuilder();

  @EnabledIfSystemProperty(named = "fleet.plot", matches = ".+")
  @Test
  void isWritten() throws IOException {
    Files.writeString(Path.of(System.getProperty("fleet.plot")), draw());
  }

  private String draw() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"13\" fill=\"#7d8590\">",
        WIDTH, HEIGHT);
    add("<title>Share of the pools that serve after a failover</title>");
    add(
        "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">pools with a"
            + " connection</text>",
        TOP + PANEL_HEIGHT / 2);
    for (int i = 0; i < SIZES.length; i++) {
      drawPanel(SIZES[i], LEFT + i * (PANEL_WIDTH + BETWEEN_PANELS));
    }
    double left = LEFT;
    for (FleetLogins.Kind kind : FleetLogins.Kind.values()) {
      drawKey(left, style(kind), kind.toString());
      left += kind == FleetLogins.Kind.OURS ? 130 : 290;
    }
    drawKey(left - 20, LIMIT, "the limit");
    return svg.append("</svg>\n").toString();
  }

  private void drawPanel(int size, double left) {
    Map<FleetLogins.Kind, List<Double>> curves = new EnumMap<>(FleetLogins.Kind.class);
    double end = 0;
    for (FleetLogins.Kind kind : FleetLogins.Kind.values()) {
      List<Double> servingAt = Fleet.simulate(Scenario.FAILOVER, kind, size, 20).servingAt();
      curves.put(kind, servingAt);
      end = Math.max(end, servingAt.get(size - 1));
    }
    double step = step(end);
    Panel panel = new Panel(size, left, Math.ceil(end / step) * step);
    drawAxes(panel, step);
    addLine(LIMIT, panel.point(0, 0) + " " + panel.point(Fleet.limit(size), 1));
    curves.forEach((kind, servingAt) -> addLine(style(kind), curve(panel, servingAt)));
  }

  private void drawAxes(Panel panel, double step) {
    addText(panel.left + PANEL_WIDTH / 2.0, TOP - 18, "%,d pools of 20", panel.size);
    addText(
        panel.left + PANEL_WIDTH / 2.0,
        TOP + PANEL_HEIGHT + 40,
        "seconds since the database is back");
    for (int percent = 0; percent <= 100; percent += 25) {
      double y = TOP + (1 - percent / 100.0) * PANEL_HEIGHT;
      addGrid(panel.left, y, panel.left + PANEL_WIDTH, y);
      add(
          "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">%d %%</text>",
          panel.left - 6, y + 4, percent);
    }
    for (double second = 0; second <= panel.seconds; second += step) {
      double x = panel.left + second / panel.seconds * PANEL_WIDTH;
      addGrid(x, TOP, x, TOP + PANEL_HEIGHT);
      addText(x, TOP + PANEL_HEIGHT + 18, "%,.0f", second);
    }
  }

  private void drawKey(double left, String style, String text) {
    double y = HEIGHT - 16;
    addLine(style, format("%.0f,%.0f %.0f,%.0f", left, y, left + 26, y));
    add("<text x=\"%.0f\" y=\"%.0f\">%s</text>", left + 33, y + 4, text);
  }

  private static String curve(Panel panel, List<Double> servingAt) {
    return IntStream.rangeClosed(0, POINTS)
        .map(i -> (int) ((servingAt.size() - 1L) * i / POINTS))
        .filter(pool -> servingAt.get(pool) <= panel.seconds)
        .mapToObj(pool -> panel.point(servingAt.get(pool), (pool + 1.0) / servingAt.size()))
        .collect(Collectors.joining(" "));
  }

  private static String style(FleetLogins.Kind kind) {
    return switch (kind) {
      case OURS -> "stroke=\"#2f81f7\" stroke-width=\"3\"";
      case TOKEN_PER_CONNECTION -> "stroke=\"#d9730d\" stroke-width=\"2\" stroke-dasharray=\"7 4\"";
      case CACHED_TOKEN -> "stroke=\"#a371f7\" stroke-width=\"2\" stroke-dasharray=\"2 3\"";
    };
  }

  /** Between two marks of the axis, so that there are 4 to 10 of them. */
  private static double step(double seconds) {
    double step = Math.pow(10, Math.floor(Math.log10(seconds)));
    return seconds / step < 2 ? step / 5 : seconds / step < 5 ? step / 2 : step;
  }

  private void addLine(String style, String points) {
    add("<polyline fill=\"none\" %s points=\"%s\"/>", style, points);
  }

  private void addGrid(double x1, double y1, double x2, double y2) {
    add(
        "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#7d8590\" stroke-opacity=\"0.3\"/>",
        x1, y1, x2, y2);
  }

  private void addText(double x, double y, String format, Object... values) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
        x, y, format(format, values));
  }

  private void add(String format, Object... values) {
    svg.append(format(format, values)).append('\n');
  }

  @SuppressWarnings("AnnotateFormatMethod") // of Error Prone's annotations there are none here
  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
