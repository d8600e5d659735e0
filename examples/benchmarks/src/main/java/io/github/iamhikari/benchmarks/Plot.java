package io.github.iamhikari.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Bars of the ratios to plain HikariCP, with the 95 % confidence intervals as error bars. */
final class Plot {

  /** What costs about the same in any way to log in; the others would hide the differences. */
  private static final Set<Quantity> PLOTTED =
      EnumSet.of(Quantity.FIRST_CONNECTION, Quantity.PHYSICAL_CONNECTION, Quantity.BORROW);

  private static final Color[] COLORS = {
    new Color(0x9e9e9e), new Color(0x1565c0), new Color(0xf9a825), new Color(0xef6c00)
  };

  private Plot() {}

  /** Writes it as SVG, if there is something to plot. */
  static void write(Results results, Path file) throws IOException {
    List<Quantity> quantities = results.quantities().stream().filter(PLOTTED::contains).toList();
    if (!quantities.isEmpty()) {
      ByteArrayOutputStream svg = new ByteArrayOutputStream();
      ChartEncoder.saveChart(chart(results, quantities), svg, "svg");
      // A hundredth of a pixel is exact enough; the file shrinks by half.
      Files.writeString(file, svg.toString(UTF_8).replaceAll("(\\.\\d\\d)\\d+", "$1"));
    }
  }

  private static CategoryChart chart(Results results, List<Quantity> quantities) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(900)
            .height(420)
            .title("Time as a multiple of plain HikariCP's (lower is better)")
            .yAxisTitle("ratio")
            .build();
    chart
        .getStyler()
        .setLabelsVisible(true)
        .setLabelsPosition(0.5)
        .setYAxisMin(0.0)
        .setYAxisDecimalPattern("0.00")
        .setSeriesColors(COLORS)
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(LegendLayout.Horizontal)
        .setChartBackgroundColor(Color.WHITE);
    List<String> titles = quantities.stream().map(Quantity::title).toList();
    for (Subject subject : Subject.values()) {
      List<Double> medians = new ArrayList<>();
      List<Double> errors = new ArrayList<>();
      for (Quantity quantity : quantities) {
        Results.Ratio ratio = results.ratio(quantity, subject);
        medians.add(ratio.median());
        errors.add((ratio.high() - ratio.low()) / 2);
      }
      chart.addSeries(subject.toString(), titles, medians, errors);
    }
    return chart;
  }
}
