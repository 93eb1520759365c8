package com.aiprod.pipeline.system.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.deque.html.axecore.results.Results;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium that somebody uses the console with. */
final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    private final ChromeDriver driver;
    private final String console;

    private Browser(ChromeDriver driver, String console) {
        this.driver = driver;
        this.console = console;
    }

    /** Starts a browser for the console at a port; without Chromium and its driver, the test is skipped. */
    static Browser start(int port) {
        Optional<Path> chromium = program("chromium", "chromium-browser", "google-chrome");
        Optional<Path> chromedriver = program("chromedriver");
        assumeThat(List.of(chromium, chromedriver))
                .as("Chromium (Debian packages chromium and chromium-driver) is not installed, so this test is skipped")
                .allMatch(Optional::isPresent);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.orElseThrow().toFile());
        options.addArguments(
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--mute-audio", "--lang=en-US");
        options.addArguments("--autoplay-policy=no-user-gesture-required", "--force-prefers-reduced-motion");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.orElseThrow().toFile())
                .usingAnyFreePort()
                .build();
        Browser browser = new Browser(new ChromeDriver(service, options), "http://localhost:" + port + "/console/");
        browser.looks(1024, 800, false);
        return browser;
    }

    private static Optional<Path> program(String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.of("/usr/bin/", "/usr/local/bin/", "/opt/homebrew/bin/")
                        .map(folder -> Path.of(folder + name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Sets the size of the page, and whether the user prefers dark colours. */
    void looks(int width, int height, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** Cuts the browser off from everything, or connects it again. */
    void online(boolean online) {
        driver.executeCdpCommand("Network.enable", Map.of());
        driver.executeCdpCommand(
                "Network.emulateNetworkConditions",
                Map.of("offline", !online, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
    }

    /** Signs in as a new user at the issuer's page, whoever was signed in, and returns the user's ID. */
    String signIn(String name) {
        return signIn(name, false);
    }

    /** Like {@link #signIn(String)}, with the role {@code admin}. */
    String signInAsOperator(String name) {
        return signIn(name, true);
    }

    private String signIn(String name, boolean operator) {
        String user = name + "-" + UUID.randomUUID().toString().substring(0, 8);
        driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
        driver.get(console + "nowhere.txt");
        driver.executeScript("sessionStorage.clear()");
        driver.get(console);
        chooseUser(user, operator);
        find("#nav .brand");
        return user;
    }

    /** Fills in the issuer's page, which is open. */
    void chooseUser(String user, boolean operator) {
        find("summary").click();
        find("details input[name=user]").sendKeys(user);
        if (operator) {
            find("details input[type=checkbox]").click();
        }
        find("#else").click();
    }

    /** Opens a page of the console, for example {@code jobs}, as a link in it does. */
    void go(String page) {
        driver.executeScript(
                "const a = document.createElement('a'); a.href = arguments[0]; document.body.append(a); a.click(); a.remove()",
                console + page);
    }

    /** Loads the page anew, which forgets the tokens and visits the issuer. */
    void reload() {
        driver.navigate().refresh();
        find("#nav .brand");
    }

    String address() {
        return driver.getCurrentUrl().substring(console.length());
    }

    /** Waits for an element that shows. */
    WebElement find(String css) {
        return Awaitility.await(css)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(
                        () -> driver.findElements(By.cssSelector(css)).stream()
                                .filter(WebElement::isDisplayed)
                                .findFirst()
                                .orElse(null),
                        element -> element != null);
    }

    /** Waits for a button or link of that text, and clicks it. */
    void click(String text) {
        await("clicked " + text, () -> {
            driver.findElements(By.cssSelector("button, a, summary")).stream()
                    .filter(element ->
                            element.isDisplayed() && element.getText().strip().startsWith(text))
                    .findFirst()
                    .orElseThrow()
                    .click();
            return true;
        });
    }

    void type(String css, String text) {
        WebElement field = find(css);
        field.clear();
        // The driver types only characters of the basic plane.
        driver.executeScript(
                "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
                field,
                text);
    }

    /** Waits until the page shows a text. */
    void awaitText(String text) {
        await("text " + text, () -> text().contains(text));
    }

    String text() {
        return driver.findElement(By.tagName("body")).getText();
    }

    /** Waits until a script returns true. */
    void awaitScript(String script, Object... arguments) {
        await(script, () -> Boolean.TRUE.equals(driver.executeScript(script, arguments)));
    }

    /** Returns what a script returns, as the type that the caller expects. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    <T> T script(String script, Object... arguments) {
        return (T) driver.executeScript(script, arguments);
    }

    void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(condition);
    }

    /** Presses keys, whatever has the focus. */
    void press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** Presses Tab until the focus is on an element of that selector. Each element on the way must show its focus. */
    void tabTo(String css) {
        for (int steps = 0; steps < 60; steps++) {
            press(Keys.TAB);
            assertThat(driver.executeScript("const it = document.activeElement;"
                            + " return it === document.body || getComputedStyle(it).outlineStyle !== 'none'"
                            + " || it.matches('.card input')"))
                    .as("shows its focus: %s", driver.executeScript("return document.activeElement.outerHTML"))
                    .isEqualTo(true);
            if (Boolean.TRUE.equals(driver.executeScript("return document.activeElement.matches(arguments[0])", css))) {
                return;
            }
        }
        throw new AssertionError("The Tab key does not reach " + css);
    }

    /** Runs what a user does in the window that an action opened, until that closes. */
    void inNewWindow(Runnable actions) {
        String main = driver.getWindowHandle();
        await("a second window", () -> driver.getWindowHandles().size() == 2);
        driver.getWindowHandles().stream()
                .filter(it -> !it.equals(main))
                .forEach(it -> driver.switchTo().window(it));
        try {
            actions.run();
            await("the window closed", () -> driver.getWindowHandles().size() == 1);
        } finally {
            driver.switchTo().window(main);
        }
    }

    /** Checks the page that shows with axe's rules, among them those of WCAG 2.2 AA. */
    // The other mode opens a window for the content of frames, and there are none.
    @SuppressWarnings("deprecation")
    void assertAccessible() {
        Results results = new AxeBuilder().setLegacyMode(true).analyze(driver);
        assertThat(results.getPasses()).hasSizeGreaterThan(10);
        List<String> faults = results.getViolations().stream()
                .map(rule -> rule.getId() + ": " + rule.getNodes())
                .toList();
        assertThat(faults)
                .as("faults of accessibility at %s", driver.getCurrentUrl())
                .isEmpty();
    }

    /** Keeps a picture of the page in target/screenshots, as long as the page is. */
    void screenshot(String name, int width, boolean dark) {
        looks(width, 800, dark);
        long height = script("return Math.min(3000, Math.max(800, document.documentElement.scrollHeight))");
        looks(width, (int) height, dark);
        script("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
        try {
            Files.createDirectories(SCREENSHOTS);
            Files.write(
                    SCREENSHOTS.resolve("%s-%d-%s.png".formatted(name, width, dark ? "dark" : "light")),
                    driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        assertThat((Boolean) script("return document.documentElement.scrollWidth <= innerWidth"))
                .as("%s fits into %s px", name, width)
                .isTrue();
        looks(1024, 800, false);
    }

    /** What the page has done wrong since the last call: uncaught errors, and what its policy blocked. */
    List<String> faults() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .filter(line -> line.contains("Uncaught") || line.contains("Content Security Policy"))
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
