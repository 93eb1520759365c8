package com.aiprod.pipeline.bench;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cost of a status read and of a list page when a user has 1,000 jobs and when the same user has 1,000,000:
 * {@code bench/run ReadBench}. Paging by cursor must not become slower as the table grows.
 */
public final class ReadBench {

    private static final Duration WARM_UP = Duration.ofSeconds(30);
    private static final Duration ROUND = Duration.ofSeconds(15);
    private static final int CLIENTS = 2;
    private static final int FEW = 1_000;
    private static final int MANY = 1_000_000;
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");
    private static final String LIST = "/pipeline/jobs?limit=20";

    private static final String JOBS = """
            INSERT INTO jobs (id, user_id, state, content, preset, priority, lang, duration_sec,
                              created_at, updated_at, completed_at)
            SELECT uuid_v7(), 'developer', 'CANCELLED', 'The sea, part ' || n, 'quick_social', 'low', 'en', 10,
                   now() - make_interval(secs => n), now(), now()
            FROM generate_series(%s, %s) AS n""";

    private final SystemUnderTest system;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ReadBench(SystemUnderTest system) {
        this.system = system;
    }

    /** Prints the table. */
    public static void main(String[] args) throws Exception {
        try (SystemUnderTest system = new SystemUnderTest("--aiprod.roles=api");
                Connection database = DriverManager.getConnection(system.databaseUrl());
                Statement statement = database.createStatement()) {
            ReadBench bench = new ReadBench(system);
            insert(statement, 1, FEW);
            String job = newest(statement);
            bench.pages(WARM_UP);
            bench.reads(job, WARM_UP);
            Load pagesOfFew = bench.pages(ROUND);
            Load readsOfFew = bench.reads(job, ROUND);
            insert(statement, FEW + 1, MANY);
            Load pagesOfMany = bench.pages(ROUND);
            Load readsOfMany = bench.reads(job, ROUND);
            System.out.printf(
                    "%-44s %10s %10s %10s %8s%n",
                    "%d clients".formatted(CLIENTS), "per s", "p50 ms", "p99 ms", "ratio");
            row("page of the list by cursor, 1,000 jobs", pagesOfFew, "");
            row("page of the list by cursor, 1,000,000 jobs", pagesOfMany, ratio(pagesOfMany, pagesOfFew));
            row("status read, 1,000 jobs", readsOfFew, "");
            row("status read, 1,000,000 jobs", readsOfMany, ratio(readsOfMany, readsOfFew));
        }
    }

    private static void insert(Statement statement, int from, int to) throws SQLException {
        statement.execute(JOBS.formatted(from, to));
        statement.execute("VACUUM ANALYZE jobs");
    }

    private static String newest(Statement statement) throws SQLException {
        try (var row = statement.executeQuery("SELECT id FROM jobs ORDER BY created_at DESC LIMIT 1")) {
            row.next();
            return row.getString(1);
        }
    }

    /** Each client reads page after page and restarts after the last one. */
    private Load pages(Duration time) throws InterruptedException {
        ThreadLocal<AtomicReference<String>> next = ThreadLocal.withInitial(() -> new AtomicReference<>(LIST));
        return Load.closed(CLIENTS, time, () -> {
            String link = get(next.get().get()).headers().firstValue("Link").orElse("");
            Matcher found = NEXT.matcher(link);
            next.get().set(found.find() ? found.group(1) : LIST);
        });
    }

    private Load reads(String job, Duration time) throws InterruptedException {
        return Load.closed(CLIENTS, time, () -> get("/pipeline/job/" + job));
    }

    private HttpResponse<String> get(String path) {
        try {
            HttpResponse<String> response =
                    http.send(system.request(path).build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException("Not answered: " + response.body());
            }
            return response;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns the ratio of the 99th percentiles, which a user with many jobs would notice. */
    private static String ratio(Load many, Load few) {
        return "%.2f".formatted(many.p99Ms() / few.p99Ms());
    }

    private static void row(String name, Load load, String ratio) {
        System.out.printf(
                "%-44s %10.0f %10.1f %10.1f %8s%n", name, load.perSecond(), load.p50Ms(), load.p99Ms(), ratio);
    }
}
