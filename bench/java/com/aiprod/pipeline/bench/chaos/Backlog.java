package com.aiprod.pipeline.bench.chaos;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * One user queues many times more slow jobs than there are slots, then a newcomer submits one job.
 *
 * @param overtaken how many backlog jobs were claimed between the newcomer's submission and its start
 * @param allowed the maximum of {@code overtaken}: the jobs that were already on their way to workers
 */
record Backlog(long overtaken, long allowed) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final String SLOW = """
            {"content": "A slow job.", "preset": "brand_story", "metadata": {"key": "slow-%d"}}""";
    private static final String NEWCOMER = """
            {"content": "A slow job.", "preset": "brand_story", "priority": "%s", "metadata": {"key": "newcomer-%s"}}""";

    private static final String STARTED = """
            SELECT count(*) FROM jobs WHERE user_id = 'backlog' AND started_at IS NOT NULL""";
    private static final String OVERTAKEN = """
            SELECT count(*) FROM jobs, (SELECT created_at, started_at FROM jobs WHERE id = cast(? AS uuid)) AS newcomer
            WHERE user_id = 'backlog' AND jobs.started_at > newcomer.created_at
              AND jobs.started_at < newcomer.started_at""";

    boolean good() {
        return overtaken <= allowed;
    }

    /**
     * Queues the jobs, lets the workers fill up, and waits until the newcomer's job has started.
     *
     * @param slots the slots of all workers together
     */
    static Backlog pile(Plan plan, ApiClient many, ApiClient one, String databaseUrl, int slots)
            throws SQLException, InterruptedException {
        for (int job = 0; job < plan.backlog(); job++) {
            many.mustSubmit(SLOW.formatted(job));
        }
        try (Connection connection = DriverManager.getConnection(databaseUrl);
                PreparedStatement started = connection.prepareStatement(STARTED)) {
            await(() -> count(started) > slots);
            String jobId = one.mustSubmit(NEWCOMER.formatted("normal", "normal"));
            try (PreparedStatement overtaken = connection.prepareStatement(OVERTAKEN);
                    PreparedStatement newcomer = connection.prepareStatement(
                            "SELECT count(*) FROM jobs WHERE id = cast(? AS uuid) AND started_at IS NOT NULL")) {
                newcomer.setString(1, jobId);
                await(() -> count(newcomer) == 1);
                overtaken.setString(1, jobId);
                // Twice the slots may be on their way, and as many may start while the newcomer's message is delivered.
                return new Backlog(count(overtaken), 3L * slots);
            }
        }
    }

    private static void await(Condition condition) throws SQLException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("The backlog makes no progress");
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private static long count(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws SQLException;
    }
}
