package com.aiprod.pipeline.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.springframework.core.io.ClassPathResource;

/**
 * Throughput and latency of the system on this machine: {@code bench/run}. The load generator, the system, and its
 * PostgreSQL share the machine, so the ratio to bare JDBC under the same load says more than any single number.
 */
public final class SystemBench {

    private static final Duration ROUND = Duration.ofSeconds(8);
    private static final Duration DATABASE_WARM_UP = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final String UNENDED = "SELECT count(*) FROM jobs WHERE completed_at IS NULL";
    private static final String JOB =
            "{\"content\": \"Create a video about the sea. The tide comes and goes. Nothing stays, and nothing is lost.\"}";
    private static final String LONG_VIDEO =
            "{\"content\": \"The sea. It comes and it goes.\", \"preset\": \"cinema_spot\", \"priority\": \"high\"}";

    private SystemBench() {}

    public static void main(String[] args) throws Exception {
        try (SystemUnderTest system = new SystemUnderTest("--aiprod.pipeline.route=echo", "--aiprod.roles=api");
                HikariDataSource database = pool(system.databaseUrl())) {
            system.warmUp(() -> system.submit(JOB));
            Load.closed(8, DATABASE_WARM_UP, () -> insert(database));
            line("%-34s %10s %10s %10s %8s", "Submissions", "per s", "p50 ms", "p99 ms", "ratio");
            for (int clients : new int[] {1, 8, 32}) {
                Load jdbc = Load.closed(clients, ROUND, () -> insert(database));
                Load http = Load.closed(clients, ROUND, () -> system.submit(JOB));
                row("bare JDBC, %d clients".formatted(clients), jdbc, "");
                row(
                        "POST /pipeline/run, %d clients".formatted(clients),
                        http,
                        "%.2f".formatted(http.perSecond() / jdbc.perSecond()));
            }
        }
        line("");
        line("%-34s %10s", "All roles in one process", "");
        try (SystemUnderTest system = SystemUnderTest.forDevelopment()) {
            line("%-34s %10.1f", "start for development, s", system.startSeconds());
        }
        // An echo job takes almost no CPU. The limit is the number of messages on their way because Google's
        // client sends its acks ten times a second.
        try (SystemUnderTest system =
                        new SystemUnderTest("--aiprod.pipeline.route=echo", "--aiprod.worker.concurrency=40");
                HikariDataSource database = pool(system.databaseUrl())) {
            line("%-34s %10d", "resident after the start, MB", system.residentMegabytes());
            try (Backlog backlog = new Backlog(database)) {
                Runnable echo = () -> {
                    backlog.awaitRoom();
                    system.submit(JOB);
                };
                system.warmUp(echo);
                awaitEnd(database);
                line("%-34s %10.0f", "echo jobs to COMPLETED, per s", endToEnd(echo, database));
            }
            line("%-34s %10d", "resident after the jobs, MB", system.residentMegabytes());
        }
        try (SystemUnderTest system = new SystemUnderTest("--aiprod.worker.concurrency=1")) {
            system.warmUp(() -> system.submit(JOB));
            system.submit(LONG_VIDEO);
            line("");
            line("%-34s %10s %10s %10s", "While one video renders", "per s", "p50 ms", "p99 ms");
            row(
                    "POST /pipeline/run, 200 due per s",
                    Load.open(200, 32, Duration.ofSeconds(20), () -> system.submit(JOB)),
                    "");
            line("%-34s %10d", "resident, MB", system.residentMegabytes());
        }
    }

    /** Returns jobs per second from the first submission until all submitted jobs have completed. */
    private static double endToEnd(Runnable echo, DataSource database) throws Exception {
        long start = System.nanoTime();
        LongAdder submitted = new LongAdder();
        Load.closed(8, ROUND.multipliedBy(3), () -> {
            echo.run();
            submitted.increment();
        });
        awaitEnd(database);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (count(database, "SELECT count(*) FROM results WHERE NOT success") > 0) {
            throw new IllegalStateException("An echo job has failed");
        }
        return submitted.sum() / seconds;
    }

    /** Throttles submitters while the backlog is full: jobs are accepted several times faster than they end. */
    private static final class Backlog implements AutoCloseable {

        private static final int ENOUGH = 600;

        private final ScheduledExecutorService poller = Executors.newSingleThreadScheduledExecutor();
        private volatile long unended;

        Backlog(DataSource database) {
            var unused = poller.scheduleWithFixedDelay(
                    () -> unended = count(database, UNENDED), 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
        }

        void awaitRoom() {
            while (unended > ENOUGH) {
                LockSupport.parkNanos(POLL.toNanos() / 4);
            }
        }

        @Override
        public void close() {
            poller.shutdownNow();
        }
    }

    private static void awaitEnd(DataSource database) {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        for (long left = 1; left > 0; ) {
            LockSupport.parkNanos(POLL.toNanos());
            left = count(database, UNENDED);
            if (left > 0 && System.nanoTime() > giveUp) {
                throw new IllegalStateException(
                        left + " jobs have not ended " + PATIENCE.toSeconds() + " s after the last was submitted");
            }
        }
    }

    private static long count(DataSource database, String query) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs the statement of the route with the same kind of values. */
    private static void insert(DataSource database) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(Statement.SUBMIT.sql())) {
            for (int index = 0; index < Statement.SUBMIT.parameters().size(); index++) {
                statement.setObject(
                        index + 1,
                        Statement.VALUES.get(Statement.SUBMIT.parameters().get(index)));
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(20);
        return new HikariDataSource(config);
    }

    private static void row(String name, Load load, String ratio) {
        line("%-34s %10.0f %10.1f %10.1f %8s", name, load.perSecond(), load.p50Ms(), load.p99Ms(), ratio);
    }

    private static void line(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }

    private record Statement(String sql, List<String> parameters) {

        private static final Statement SUBMIT = load();
        private static final Map<String, Object> VALUES = Map.of(
                "userId", "developer",
                "content", "Create a video about the sea. The tide comes and goes. Nothing stays, and nothing is lost.",
                "preset", "quick_social",
                "priority", "low",
                "lang", "en",
                "durationSec", 10,
                "requestHash", "0".repeat(64),
                "requestId", "00000000-0000-0000-0000-000000000000");

        private static Statement load() {
            try {
                String text =
                        new ClassPathResource("db/queries/submit-job.sql").getContentAsString(StandardCharsets.UTF_8);
                Pattern parameter = Pattern.compile(":\\?(\\w+)");
                List<String> names = new ArrayList<>();
                Matcher found = parameter.matcher(text);
                while (found.find()) {
                    names.add(found.group(1));
                }
                return new Statement(parameter.matcher(text).replaceAll("?"), names);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
