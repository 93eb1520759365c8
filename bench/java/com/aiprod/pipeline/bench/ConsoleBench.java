package com.aiprod.pipeline.bench;

import com.aiprod.pipeline.system.console.Chromium;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.chrome.ChromeDriver;

/**
 * The console in a real Chromium, when its user has 10,000 jobs: what each page weighs, how long its first rows take, and what
 * a hundred open consoles cost the database: {@code bench/run ConsoleBench}.
 */
public final class ConsoleBench {

    private static final int JOBS = 10_000;
    private static final int LOADS = 15;
    private static final int CONSOLES = 100;
    /** As the page of jobs polls while one of them runs. */
    private static final Duration POLL = Duration.ofMillis(1500);

    private static final Duration ROUND = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LIMIT_BYTES = 250_000;

    private static final String INSERT = """
            INSERT INTO jobs (id, user_id, state, content, preset, priority, lang, duration_sec,
                              created_at, updated_at, completed_at)
            SELECT uuid_v7(), user_id, 'CANCELLED', 'The sea, part ' || n, 'quick_social', 'low', 'en', 10,
                   now() - make_interval(secs => n), now(), now()
            FROM (VALUES ('developer'), ('operator')) AS users (user_id), generate_series(1, %d) AS n""";

    /** Each page, and what shows when its content does. */
    private static final Map<String, String> PAGES = pages();

    private static Map<String, String> pages() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("jobs", "table.jobs tbody tr");
        pages.put("submit", ".cards");
        pages.put("jobs/%s", ".job dl");
        pages.put("overview", "line-chart canvas");
        pages.put("all-jobs", "table.all-jobs tbody tr");
        pages.put("letters", "#main h2");
        pages.put("pipelines", ".cards-list");
        pages.put("pipelines/video", ".flow svg");
        return pages;
    }

    /** Notes when an element of the page's content is in the document, from before any script of the page runs. */
    private static final String NOTES = """
            new MutationObserver((_, it) => { if (document.querySelector('%s')) { it.disconnect();
              requestAnimationFrame(() => { window.shownAt = Date.now() }) } })
              .observe(document, {childList: true, subtree: true})""";

    private static final String WEIGHT = """
            const all = performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'));
            return Object.fromEntries(all.map(it => [new URL(it.name).pathname, it.transferSize])
              .filter(([path]) => path.startsWith('/console')).map(([path, size]) => [path.match(/\\.[a-z]+$/) ? path : '/', size]))""";

    private final SystemUnderTest system;
    private final ChromeDriver browser;
    private final String console;

    private ConsoleBench(SystemUnderTest system, ChromeDriver browser) {
        this.system = system;
        this.browser = browser;
        this.console = system.request("/console/").build().uri().toString();
    }

    /** Prints the tables. */
    public static void main(String[] args) throws Exception {
        ChromeDriver browser = Chromium.start().orElse(null);
        if (browser == null) {
            System.out.println("Chromium is not installed (Debian packages chromium and chromium-driver).");
            return;
        }
        try (SystemUnderTest system = new SystemUnderTest();
                Connection database = DriverManager.getConnection(system.databaseUrl());
                Statement statement = database.createStatement()) {
            statement.execute(INSERT.formatted(JOBS));
            statement.execute("VACUUM ANALYZE jobs");
            ConsoleBench bench = new ConsoleBench(system, browser);
            String job = newest(statement);
            statement.execute("INSERT INTO job_states (job_id, state) VALUES ('%1$s', 'QUEUED'), ('%1$s', 'CANCELLED')"
                    .formatted(job));
            bench.pages(job);
            bench.openConsoles(statement);
        } finally {
            browser.quit();
        }
    }

    private static String newest(Statement statement) throws SQLException {
        try (var row = statement.executeQuery(
                "SELECT id FROM jobs WHERE user_id = 'operator' ORDER BY created_at DESC LIMIT 1")) {
            row.next();
            return row.getString(1);
        }
    }

    private void pages(String job) {
        System.out.printf(
                "%,d jobs. Milliseconds from the address to the content, %d loads; a reload signs in anew.%n",
                JOBS, LOADS);
        System.out.printf(
                "%-18s %8s %6s %12s %12s %12s %16s%n",
                "page", "KB", "files", "empty cache", "p50", "p95", "without sign-in");
        signIn();
        browser.executeCdpCommand("Network.enable", Map.of());
        Map<String, Long> everything = new LinkedHashMap<>();
        for (Map.Entry<String, String> page : PAGES.entrySet()) {
            String path = page.getKey().formatted(job);
            Object script = browser.executeCdpCommand(
                            "Page.addScriptToEvaluateOnNewDocument", Map.of("source", NOTES.formatted(page.getValue())))
                    .get("identifier");
            browser.executeCdpCommand("Network.setCacheDisabled", Map.of("cacheDisabled", true));
            long cold = load(path);
            Map<String, Long> weight = browserScript(WEIGHT);
            everything.putAll(weight);
            browser.executeCdpCommand("Network.setCacheDisabled", Map.of("cacheDisabled", false));
            load(path);
            List<Long> times = new ArrayList<>();
            List<Long> ofPage = new ArrayList<>();
            for (int i = 0; i < LOADS; i++) {
                times.add(load(path));
                ofPage.add(this.<Number>browserScript("return Math.round(window.shownAt - performance.timeOrigin)")
                        .longValue());
            }
            times.sort(null);
            ofPage.sort(null);
            System.out.printf(
                    "%-18s %8.1f %6d %12d %12d %12d %16d%n",
                    page.getKey().replace("%s", "ID"),
                    sum(weight) / 1000.0,
                    weight.size(),
                    cold,
                    times.get(LOADS / 2),
                    times.get(LOADS * 95 / 100),
                    ofPage.get(LOADS / 2));
            browser.executeCdpCommand("Page.removeScriptToEvaluateOnNewDocument", Map.of("identifier", script));
        }
        System.out.printf(
                "%-18s %8.1f %6d  %s the limit of %d KB%n%n",
                "all pages",
                sum(everything) / 1000.0,
                everything.size(),
                sum(everything) <= LIMIT_BYTES ? "within" : "OVER",
                LIMIT_BYTES / 1000);
    }

    private static long sum(Map<String, Long> weight) {
        return weight.values().stream().mapToLong(Number::longValue).sum();
    }

    private void signIn() {
        browser.get(console);
        await("return !!document.querySelector('button[value=operator]')");
        browser.executeScript("document.querySelector('button[value=operator]').click()");
        await("return !!document.querySelector('#nav .brand')");
    }

    /** Returns the milliseconds until the content of a page shows, through the sign-in that a load begins with. */
    private long load(String path) {
        long start = System.currentTimeMillis();
        browser.get(console + path);
        await("return !!window.shownAt");
        return this.<Number>browserScript("return window.shownAt").longValue() - start;
    }

    private void await(String script) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - end < 0) {
            try {
                if (Boolean.TRUE.equals(browser.executeScript(script))) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (WebDriverException e) {
                // The page is just being left.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        throw new IllegalStateException(browser.getCurrentUrl() + " does not show what it should: " + script);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private <T> T browserScript(String script) {
        return (T) browser.executeScript(script);
    }

    /** Users with their lists open, each polled with its ETag. */
    private void openConsoles(Statement statement) throws Exception {
        browser.get("about:blank");
        System.out.printf(
                "%d open lists of as many users, each polled every %.1f s%n", CONSOLES, POLL.toMillis() / 1000.0);
        System.out.printf("%-28s %18s %10s %10s%n", "", "transactions per s", "p50 ms", "p99 ms");
        double idle = transactions(statement, ROUND);
        System.out.printf("%-28s %18.1f%n", "no console", idle);
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ScheduledExecutorService clients = Executors.newScheduledThreadPool(8);
        Map<String, String> tags = new ConcurrentHashMap<>();
        List<Long> times = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger failures = new AtomicInteger();
        try {
            List<String> tokens = system.tokens(CONSOLES);
            for (int i = 0; i < CONSOLES; i++) {
                String token = tokens.get(i);
                ScheduledFuture<?> unused = clients.scheduleAtFixedRate(
                        () -> poll(http, token, tags, times, failures),
                        POLL.toMillis() * i / CONSOLES,
                        POLL.toMillis(),
                        TimeUnit.MILLISECONDS);
            }
            transactions(statement, ROUND.dividedBy(2));
            times.clear();
            double open = transactions(statement, ROUND);
            List<Long> sorted = new ArrayList<>(times);
            sorted.sort(null);
            System.out.printf(
                    "%-28s %18.1f %10.1f %10.1f%n",
                    CONSOLES + " consoles",
                    open,
                    sorted.get(sorted.size() / 2) / 1e6,
                    sorted.get(sorted.size() * 99 / 100) / 1e6);
            System.out.printf("%-28s %18.1f%n", "without the shared query", idle + CONSOLES * 1000.0 / POLL.toMillis());
            if (failures.get() > 0) {
                System.out.printf("%d polls failed%n", failures.get());
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private void poll(
            HttpClient http, String token, Map<String, String> tags, List<Long> times, AtomicInteger failures) {
        try {
            HttpRequest.Builder request =
                    system.request("/pipeline/jobs?limit=20").setHeader("Authorization", "Bearer " + token);
            if (tags.containsKey(token)) {
                request.header("If-None-Match", tags.get(token));
            }
            long start = System.nanoTime();
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            times.add(System.nanoTime() - start);
            tags.put(token, answer.headers().firstValue("ETag").orElseThrow());
        } catch (IOException | RuntimeException e) {
            failures.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns how many transactions PostgreSQL commits each second; each query of the API is one. */
    private static double transactions(Statement statement, Duration time) throws SQLException, InterruptedException {
        long start = System.nanoTime();
        long before = committed(statement);
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
        long after = committed(statement);
        return (after - before) / ((System.nanoTime() - start) / 1e9);
    }

    private static long committed(Statement statement) throws SQLException {
        try (var row =
                statement.executeQuery("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")) {
            row.next();
            return row.getLong(1);
        }
    }
}
