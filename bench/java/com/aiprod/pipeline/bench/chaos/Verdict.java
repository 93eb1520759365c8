package com.aiprod.pipeline.bench.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The result of the run: compares the database with what the API reported to the clients.
 *
 * @param accepted jobs that the API reported as accepted
 * @param completed jobs in that state
 * @param failed jobs in that state
 * @param cancelled jobs in that state
 * @param lost accepted jobs that are missing in the database or did not end
 * @param endedTwice jobs that continued after an end or have two results
 * @param toldOtherwise jobs whose reported end differs from the one in the database
 * @param keysWithoutOneJob idempotency keys without exactly one job
 * @param refused calls with an unexpected 4xx response
 * @param ranMoreThanOnce jobs with more than one attempt, after a lost worker or message
 * @param untold ended jobs whose webhook did not reach the answering receiver
 * @param backlog how long the newcomer waited behind the backlog, in jobs
 * @param renders the results of the cancelled videos
 * @param longestStandstill the longest time that a client's job stayed in one state
 * @param longestRecovery the longest time from a fault to the next completed job
 */
record Verdict(
        int accepted,
        long completed,
        long failed,
        long cancelled,
        int lost,
        long endedTwice,
        long toldOtherwise,
        long keysWithoutOneJob,
        long refused,
        long ranMoreThanOnce,
        long untold,
        Backlog backlog,
        Renders renders,
        Duration longestStandstill,
        Duration longestRecovery) {

    /** The contract's time limit until a stuck job continues. */
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(60);

    private static final Set<String> ENDS = Set.of("COMPLETED", "FAILED", "CANCELLED");

    private static final String ENDED_TWICE = """
            SELECT count(*) FROM (
                SELECT job_id FROM (
                    SELECT job_id, state, lead(state) OVER (PARTITION BY job_id ORDER BY id) AS next FROM job_states
                ) moves WHERE state IN ('COMPLETED', 'FAILED', 'CANCELLED') AND next IS NOT NULL
                UNION
                SELECT job_id FROM results GROUP BY job_id HAVING count(*) > 1
            ) twice""";

    private static final String STANDSTILL = """
            SELECT coalesce(max(extract(epoch FROM next - entered_at) * 1000), 0) FROM (
                SELECT entered_at, lead(entered_at) OVER (PARTITION BY job_id ORDER BY id) AS next
                FROM job_states WHERE job_id IN (SELECT id FROM jobs WHERE user_id = 'chaos')
            ) moves""";

    private static final String TO_BE_TOLD = """
            SELECT id FROM jobs WHERE callback_url LIKE 'http://localhost%' AND completed_at IS NOT NULL""";

    private static final String KEYS_WITHOUT_ONE_JOB = """
            SELECT count(*) FROM (
                SELECT metadata ->> 'key' FROM jobs GROUP BY 1 HAVING count(*) <> 1
            ) keys""";

    /** Returns whether nothing was lost, doubled, or reported wrongly, and no wait or recovery took too long. */
    boolean good(Plan plan) {
        return lost == 0
                && endedTwice == 0
                && toldOtherwise == 0
                && keysWithoutOneJob == 0
                && refused == 0
                && untold == 0
                && backlog.good()
                && renders.good(plan)
                && longestRecovery.compareTo(RECOVERY_LIMIT) <= 0
                && longestStandstill.compareTo(RECOVERY_LIMIT) <= 0;
    }

    /**
     * Compares the database with the clients' log.
     *
     * @param faults the start of each fault
     */
    static Verdict read(
            String databaseUrl, Path log, List<Instant> faults, Receivers receivers, Backlog backlog, Renders renders)
            throws IOException, SQLException {
        Map<String, String> keys = new HashMap<>();
        Map<String, String> told = new HashMap<>();
        long refused = 0;
        long otherJob = 0;
        for (String line : Files.readAllLines(log)) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "accepted" -> {
                    String before = keys.put(words[2], words[3]);
                    otherJob += before == null ? 0 : 1;
                }
                case "ended" -> told.put(words[2], words[3]);
                default -> refused++;
            }
        }
        try (Connection connection = DriverManager.getConnection(databaseUrl);
                Statement statement = connection.createStatement()) {
            Map<String, String> states = states(statement);
            return new Verdict(
                    keys.size(),
                    count(statement, "SELECT count(*) FROM jobs WHERE state = 'COMPLETED'"),
                    count(statement, "SELECT count(*) FROM jobs WHERE state = 'FAILED'"),
                    count(statement, "SELECT count(*) FROM jobs WHERE state = 'CANCELLED'"),
                    lost(keys.keySet(), states).size(),
                    count(statement, ENDED_TWICE),
                    told.entrySet().stream()
                            .filter(end -> !end.getValue().equals(states.get(end.getKey())))
                            .count(),
                    otherJob + count(statement, KEYS_WITHOUT_ONE_JOB),
                    refused,
                    count(statement, "SELECT count(*) FROM jobs WHERE attempt > 1"),
                    untold(statement, receivers),
                    backlog,
                    renders,
                    Duration.ofMillis(count(statement, STANDSTILL)),
                    longestRecovery(completions(statement), faults));
        }
    }

    /** Returns the number of jobs that have not ended plus the unsent webhooks to the answering receiver. */
    static long open(String databaseUrl, Receivers receivers) throws SQLException {
        try (Connection connection = DriverManager.getConnection(databaseUrl);
                Statement statement = connection.createStatement()) {
            return count(statement, "SELECT count(*) FROM jobs WHERE completed_at IS NULL")
                    + untold(statement, receivers);
        }
    }

    private static long untold(Statement statement, Receivers receivers) throws SQLException {
        long untold = 0;
        try (ResultSet rows = statement.executeQuery(TO_BE_TOLD)) {
            while (rows.next()) {
                untold += receivers.told().contains(rows.getString(1)) ? 0 : 1;
            }
        }
        return untold;
    }

    private static Set<String> lost(Set<String> accepted, Map<String, String> states) {
        Set<String> lost = new HashSet<>(accepted);
        lost.removeIf(jobId -> ENDS.contains(states.getOrDefault(jobId, "missing")));
        return lost;
    }

    private static Map<String, String> states(Statement statement) throws SQLException {
        Map<String, String> states = new HashMap<>();
        try (ResultSet rows = statement.executeQuery("SELECT id, state FROM jobs")) {
            while (rows.next()) {
                states.put(rows.getString(1), rows.getString(2));
            }
        }
        return states;
    }

    private static List<Instant> completions(Statement statement) throws SQLException {
        List<Instant> completions = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(
                "SELECT completed_at FROM jobs WHERE state = 'COMPLETED' ORDER BY completed_at")) {
            while (rows.next()) {
                completions.add(rows.getObject(1, OffsetDateTime.class).toInstant());
            }
        }
        return completions;
    }

    private static Duration longestRecovery(List<Instant> completions, List<Instant> faults) {
        Duration longest = Duration.ZERO;
        for (Instant fault : faults) {
            Duration recovery = completions.stream()
                    .filter(fault::isBefore)
                    .findFirst()
                    .map(completion -> Duration.between(fault, completion))
                    .orElse(Duration.ZERO);
            longest = recovery.compareTo(longest) > 0 ? recovery : longest;
        }
        return longest;
    }

    private static long count(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
