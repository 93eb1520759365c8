package com.aiprod.pipeline.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Jobs that are all in the outbox before the first of them can be taken: one transaction inserts them, so that no
 * running dispatcher sees one earlier.
 *
 * @param jobs how many
 * @param perSecond from the first end to the last
 * @param cost from the commit to the last end
 */
record PreQueued(int jobs, double perSecond, Meter.Cost cost) {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration WARM_UP = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String INSERT = """
            WITH job AS (
                INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec)
                SELECT uuid_v7(), 'user-' || n %% %d, 'The sea. It comes and it goes.', 'quick_social', 'low', 'en', 10
                FROM generate_series(1, %d) AS n
                RETURNING id, user_id, priority
            ), history AS (
                INSERT INTO job_states (job_id, state) SELECT id, 'QUEUED' FROM job
            )
            INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM job""";

    /**
     * Queues jobs and waits until a running system has completed them.
     *
     * @param users the number of users that the jobs belong to
     */
    static PreQueued run(String url, Meter meter, int jobs, int users) {
        try (Connection connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(INSERT.formatted(users, jobs));
            String moment = text(connection, "SELECT cast(now() AS text)");
            Meter.Reading before = meter.read();
            connection.commit();
            connection.setAutoCommit(true);
            awaitEnd(connection);
            return outcome(connection, moment, jobs, meter.since(before, jobs));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Completes jobs for a minute, or {@code BENCH_WARM_UP_MINUTES}, since a JVM compiles its code only after many
     * thousands, and returns how many the system takes in the given time.
     */
    static int warmUp(String url, Meter meter, int users, Duration time) {
        double rate = 0;
        int jobs = 1_000;
        long end = System.nanoTime() + Load.warmUpTime(Load.shortened(WARM_UP)).toNanos();
        while (rate == 0 || System.nanoTime() < end) {
            rate = run(url, meter, jobs, users).perSecond();
            jobs = (int) Math.max(1_000, rate * 4);
        }
        return (int) Math.max(1_000, rate * time.toMillis() / 1_000);
    }

    /** Waits until no job is left to run. */
    static void awaitEnd(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            // A plan made while the table was small would read all of it.
            statement.execute("SET enable_seqscan = off");
        }
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        long asked = System.nanoTime();
        while (text(connection, "SELECT EXISTS (SELECT FROM jobs WHERE completed_at IS NULL)")
                .equals("t")) {
            long now = System.nanoTime();
            if (now > giveUp) {
                throw new IllegalStateException("Jobs have not ended after " + PATIENCE.toSeconds() + " s");
            }
            // Under a held transaction, the query reads the entries of all jobs that have ended since.
            LockSupport.parkNanos(Math.max(POLL.toNanos(), 20 * (now - asked)));
            asked = System.nanoTime();
        }
    }

    private static PreQueued outcome(Connection connection, String moment, int jobs, Meter.Cost cost)
            throws SQLException {
        String sql = "SELECT count(*) FILTER (WHERE state = 'COMPLETED'),"
                + " extract(epoch FROM max(completed_at) - min(completed_at))"
                + " FROM jobs WHERE created_at = cast(? AS timestamptz)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, moment);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (row.getInt(1) != jobs) {
                    throw new IllegalStateException("Completed " + row.getInt(1) + " of " + jobs + " jobs");
                }
                return new PreQueued(jobs, (jobs - 1) / row.getDouble(2), cost);
            }
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }
}
