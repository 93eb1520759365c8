package com.aiprod.pipeline.system.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.aiprod.pipeline.system.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/**
 * A headless Chromium that somebody uses the console with. Each command is one round trip to the browser where it can be,
 * because most of the time of a test is theirs.
 */
final class Browser implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(25);
    private static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final int HEIGHT = 800;
    private static final int MAX_PICTURE_HEIGHT = 3000;
    private static final int[] WIDTHS = {360, 1024, 1600};

    /** Returns the first element of a selector that shows, and whose text begins with the second argument. */
    private static final String SHOWN = "return [...document.querySelectorAll(arguments[0])].find(it =>"
            + " it.checkVisibility({visibilityProperty: true}) && it.getClientRects().length"
            + " && (it.innerText ?? '').trim().startsWith(arguments[1])) ?? null";

    private final ChromeDriver driver;
    private final String console;

    private Browser(ChromeDriver driver, String console) {
        this.driver = driver;
        this.console = console;
    }

    /** Starts a browser for the console at a port; without Chromium and its driver, the test is skipped. */
    static Browser start(int port) {
        Optional<ChromeDriver> driver = Chromium.start();
        assumeThat(driver)
                .as("Chromium (Debian packages chromium and chromium-driver) is not installed, so this test is skipped")
                .isPresent();
        Browser browser = new Browser(driver.orElseThrow(), "http://localhost:" + port + "/console/");
        browser.looks(1024, HEIGHT, false);
        return browser;
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

    /** Sets whether files come from the browser's cache. Those that do may be missing in the resource timing. */
    void caches(boolean caches) {
        driver.executeCdpCommand("Network.enable", Map.of());
        driver.executeCdpCommand("Network.setCacheDisabled", Map.of("cacheDisabled", !caches));
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
        if (!driver.getCurrentUrl().startsWith(console)) {
            driver.get(console + "nowhere.txt");
        }
        driver.executeScript("sessionStorage.clear()");
        driver.get(console);
        chooseUser(user, operator);
        find("#nav .brand");
        return user;
    }

    /** Fills in the issuer's page, which is open. */
    void chooseUser(String user, boolean operator) {
        find("summary");
        driver.executeScript(
                "document.querySelector('details').open = true;"
                        + "document.querySelector('details input[name=user]').value = arguments[0];"
                        + "document.querySelector('details input[type=checkbox]').checked = arguments[1];"
                        + "document.querySelector('#else').click()",
                user,
                operator);
    }

    /** Opens a page of the console's origin, for what needs nobody to be signed in. */
    void open() {
        driver.get(console + "icon.svg");
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
        return shown(css, "");
    }

    /** Waits for a button or link of that text, and clicks it. */
    void click(String text) {
        await("clicked " + text, () -> {
            shownNow("button, a, summary", text).click();
            return true;
        });
    }

    private WebElement shown(String css, String text) {
        return Awaitility.await(css + " " + text)
                .atMost(User.PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(PAUSE)
                .ignoreExceptions()
                .until(() -> shownNow(css, text), element -> element != null);
    }

    private WebElement shownNow(String css, String text) {
        return (WebElement) driver.executeScript(SHOWN, css, text);
    }

    /** Puts a text into a field, as pasting it does: the driver types only characters of the basic plane. */
    void type(String css, String text) {
        driver.executeScript(
                "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
                find(css),
                text);
    }

    /** Waits until the page shows a text. */
    void awaitText(String text) {
        await("text " + text, () -> text().contains(text));
    }

    String text() {
        return script("return document.body.innerText");
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
                .atMost(User.PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(PAUSE)
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
            List<?> focus = script(
                    "const it = document.activeElement; return [it.matches(arguments[0]), it === document.body"
                            + " || getComputedStyle(it).outlineStyle !== 'none' || it.matches('.card input'), it.outerHTML]",
                    css);
            assertThat(focus.get(1)).as("shows its focus: %s", focus.get(2)).isEqualTo(true);
            if (Boolean.TRUE.equals(focus.get(0))) {
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
    void assertAccessible() {
        Map<String, Object> found = Axe.run(driver);
        assertThat((Long) found.get("passes")).isGreaterThan(10);
        assertThat((List<?>) found.get("faults"))
                .as("faults of accessibility at %s", driver.getCurrentUrl())
                .isEmpty();
    }

    /** Keeps a picture of the page in each size and theme in target/screenshots, and checks it in both with axe. */
    void pictures(String name) {
        for (boolean dark : new boolean[] {false, true}) {
            for (int width : WIDTHS) {
                looks(width, HEIGHT, dark);
                picture("%s-%d-%s".formatted(name, width, dark ? "dark" : "light"), width, dark);
            }
            looks(1024, HEIGHT, dark);
            assertAccessible();
        }
        looks(1024, HEIGHT, false);
    }

    /** Of the whole page, in a window that is as high. */
    private void picture(String name, int width, boolean dark) {
        List<?> size = script("const all = document.documentElement; return [all.scrollWidth, all.scrollHeight,"
                + " [...document.querySelectorAll('main a, main button')].filter(it => it.innerText?.trim()"
                + " && it.checkVisibility() && it.getBoundingClientRect().width < 16).map(it => it.outerHTML)]");
        assertThat((List<?>) size.get(2))
                .as("too narrow to be read in %s", name)
                .isEmpty();
        assertThat((Long) size.get(0)).as("width of %s", name).isLessThanOrEqualTo(width);
        long height = Math.min(MAX_PICTURE_HEIGHT, (Long) size.get(1));
        if (height > HEIGHT) {
            looks(width, (int) height, dark);
        }
        script("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
        Map<String, Object> picture =
                driver.executeCdpCommand("Page.captureScreenshot", Map.of("optimizeForSpeed", true));
        try {
            Files.createDirectories(SCREENSHOTS);
            Files.write(
                    SCREENSHOTS.resolve(name + ".png"),
                    Base64.getDecoder().decode(picture.get("data").toString()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
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
