package io.github.iamhikari.webservice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.context.ConfigurableApplicationContext;

/** The page in a real browser: each button is pressed, and what the page then shows is read. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrowserIT {

  private static final List<String> DATABASES = List.of("postgresql", "mariadb");

  @TempDir private static Path profile;
  private static ChromeDriver browser;

  @BeforeAll
  static void openThePage() {
    Browser.assumeAvailable();
    CompletableFuture<ConfigurableApplicationContext> starting =
        CompletableFuture.supplyAsync(Service::started);
    browser = Browser.start(profile);
    browser.get(Service.uri(starting.join(), "/").toString());
  }

  @AfterAll
  static void quit() {
    if (browser != null) {
      browser.quit();
    }
  }

  @BeforeEach
  void ordersArePlaced() {
    DATABASES.forEach(BrowserIT::awaitOrders);
  }

  @AfterEach
  void theConsoleHasNoErrors() {
    assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
        .extracting(LogEntry::getMessage)
        .isEmpty();
  }

  @Test
  @Order(1)
  void showsOrdersConnectionsAndTokens() {
    for (String database : DATABASES) {
      assertThat(text(database, ".server")).matches("(PostgreSQL|MariaDB) [\\d.]+");
      assertThat(text(database, ".endpoint")).startsWith("app_user at shop-");
      await(database, ".rate", text -> Integer.parseInt(text) > 5);
      await(database, ".ages", text -> text.lines().count() == 5);
      assertThat(
              card(database)
                  .findElement(By.cssSelector("canvas.orders"))
                  .getAttribute("aria-label"))
          .matches("Orders: [1-9]\\d* placed, 0 failed in the last 3 minutes");
      assertThat(text(database, ".explanation")).isEqualTo("No order has failed.");
    }
    assertThat(text("#stream")).isEqualTo("live");
  }

  @Test
  @Order(2)
  void stopsAndStartsTheLoad() {
    press("Stop the load");
    await("mariadb", ".verdict", "no load"::equals);
    press("Start the load");
    DATABASES.forEach(BrowserIT::awaitOrders);
  }

  @Test
  @Order(3)
  void replacesAllConnectionsAndRenewsTheTokenUnseen() {
    for (String database : DATABASES) {
      await(database, ".remaining", text -> text.startsWith("It has ended."));
    }
    press("Evict all connections");

    for (String database : DATABASES) {
      await(database, ".remaining", text -> text.matches("[1-9]\\d* of \\d+ s left\\."));
      await(database, ".signed", text -> !text.startsWith("1 "));
      assertThat(text(database, ".explanation")).isEqualTo("No order has failed.");
    }
    assertThat(text("#notes")).contains("All connections were evicted.");
  }

  @Test
  @Order(4)
  void explainsARevokedKeyUntilThereIsANewOne() {
    press("Revoke the access key");
    press("Evict all connections");

    for (String database : DATABASES) {
      await(database, ".verdict", "orders fail"::equals);
      await(
          database,
          ".explanation",
          text ->
              text.startsWith(
                      "Orders fail, because:\n" + database + " - Connection is not available")
                  && text.contains("IAM login failed for user \"app_user\" at shop-")
                  && text.contains("Check"));
      assertThat(browser.getPageSource()).doesNotContain("X-Amz-", "localrds");
    }
    press("Issue a new key");
    DATABASES.forEach(BrowserIT::awaitOrders);
    assertThat(text("mariadb", ".explanation")).startsWith("Orders are placed again.");
  }

  @Test
  @Order(5)
  void explainsCredentialsThatHangUntilTheyCome() {
    press("Hang the credentials service");
    for (String database : DATABASES) {
      await(database, ".remaining", text -> text.startsWith("It has ended."));
      awaitOrders(database);
    }
    press("Evict all connections");

    for (String database : DATABASES) {
      await(
          database,
          ".explanation",
          text ->
              text.contains("A login is waiting for the AWS credentials provider, which has not"));
      await(
          database,
          ".remaining",
          text -> text.contains("0 of " + Service.LIFE + " s left. AWS credentials are awaited"));
    }
    press("Let the credentials service answer");
    DATABASES.forEach(BrowserIT::awaitOrders);
  }

  @Test
  @Order(6)
  void explainsADatabaseThatIsStoppedWhileTheOtherOneGoesOn() throws IOException {
    awaitMinutesForThePicture();
    String failed = text("mariadb", ".failed");
    press("Stop PostgreSQL");

    await(
        "postgresql",
        ".explanation",
        text -> text.startsWith("Orders fail, because:\n") && text.contains("refused"));
    await("postgresql", ".connections", "0"::equals);
    awaitOrders("mariadb");
    assertThat(text("mariadb", ".failed")).isEqualTo(failed);
    takeAPicture();
    press("Start PostgreSQL");
    awaitOrders("postgresql");
  }

  /** With a folder for the picture: until the plots are full. */
  private static void awaitMinutesForThePicture() {
    if (System.getProperty("screenshot.directory") != null) {
      new WebDriverWait(browser, Duration.ofMinutes(5))
          .until(
              page ->
                  browser.executeScript(
                      "return cards.get('mariadb').orders.chart.data.datasets[0].data[0] !== null"));
    }
  }

  private static void takeAPicture() throws IOException {
    byte[] picture = browser.getScreenshotAs(OutputType.BYTES);
    Files.write(Path.of("target", "web-service.png"), picture);
    String directory = System.getProperty("screenshot.directory");
    if (directory != null) {
      Files.write(Path.of(directory, "web-service.png"), picture);
    }
  }

  private static void awaitOrders(String database) {
    await(database, ".verdict", "orders are placed"::equals);
  }

  private static WebElement card(String database) {
    return browser.findElement(By.cssSelector("[data-database=" + database + "]"));
  }

  private static String text(String database, String selector) {
    return card(database).findElement(By.cssSelector(selector)).getText();
  }

  private static String text(String selector) {
    return browser.findElement(By.cssSelector(selector)).getText();
  }

  /** Waits until a part of a database's card reads so. */
  private static void await(String database, String selector, Predicate<String> expected) {
    String[] last = {""};
    waiting()
        .withMessage(
            () -> database + " " + selector + " reads: " + last[0] + ", " + text("#stream"))
        .until(
            page -> {
              List<WebElement> cards =
                  browser.findElements(By.cssSelector("[data-database=" + database + "]"));
              if (cards.isEmpty()) {
                return false;
              }
              last[0] = text(database, selector);
              return expected.test(last[0]);
            });
  }

  private static void press(String label) {
    WebElement button =
        waiting()
            .withMessage("a button: " + label)
            .until(
                page ->
                    browser.findElements(By.tagName("button")).stream()
                        .filter(one -> one.getText().equals(label) && one.isEnabled())
                        .findFirst()
                        .orElse(null));
    button.click();
  }

  private static WebDriverWait waiting() {
    return new WebDriverWait(browser, Duration.ofSeconds(30), Duration.ofMillis(100));
  }
}
