package io.github.iamhikari.webservice;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.logging.Level;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Chromium and its driver, if they are on the path; nothing is downloaded. */
final class Browser {

  private Browser() {}

  /** Skips a class where one of them is missing; with -Dbrowser.required=true, fails it. */
  static void assumeAvailable() {
    find("chromium");
    find("chromedriver");
  }

  /**
   * Starts it without a window.
   *
   * @param profile an empty folder
   */
  static ChromeDriver start(Path profile) {
    Path chromium = find("chromium");
    Path driver = find("chromedriver");
    LoggingPreferences console = new LoggingPreferences();
    console.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toFile());
    options.setCapability("goog:loggingPrefs", console);
    options.addArguments(
        "--headless=new",
        "--user-data-dir=" + profile,
        "--window-size=1280,1330",
        "--hide-scrollbars",
        "--lang=en",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-sync");
    if (System.getProperty("user.name").equals("root")) {
      options.addArguments("--no-sandbox"); // which root does not get
    }
    return new ChromeDriver(
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.toFile())
            .usingAnyFreePort()
            .build(),
        options);
  }

  private static Path find(String program) {
    Optional<Path> found =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .map(folder -> Path.of(folder, program))
            .filter(Files::isExecutable)
            .findFirst();
    return found.orElseGet(() -> missing(program));
  }

  private static Path missing(String program) {
    String message = "There is no " + program + " on the path";
    if (Boolean.getBoolean("browser.required")) {
      throw new IllegalStateException(message + ", but -Dbrowser.required=true");
    }
    message += ": BrowserIT is skipped";
    System.out.println(message);
    return abort(message);
  }
}
