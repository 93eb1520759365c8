package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which webhook is sent next, and which receiver is paused, against a real PostgreSQL. */
class WebhookTurnsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TARPIT = "https://tarpit.example.com/";
    private static final String GOOD = "https://good.example.com/";

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
        queries.jdbc().update("DELETE FROM webhook_secrets");
        queries.jdbc().update("DELETE FROM webhook_receivers");
        queries.jdbc().update("UPDATE webhook_turn SET last_user = ''");
    }

    @Test
    void aBacklogOfOneUserDelaysNoOther() {
        fill("alice", TARPIT, 600);
        fill("bob", GOOD, 1);
        assertThat(owners(claim())).containsExactlyInAnyOrder("alice", "bob");
        // Deliveries in progress count over all processes and claims.
        assertThat(claim()).isEmpty();
        fill("bob", GOOD + "other", 1);
        record("bob", 204);
        assertThat(owners(claim())).containsExactly("bob");
    }

    @Test
    void fiftyUsersWithDeadReceiversDelayNoOther() {
        for (int user = 0; user < 50; user++) {
            fill("dead-" + user, "https://dead-" + user + ".example.com/", 20);
        }
        assertThat(claim()).hasSize(50);
        fill("zoe", GOOD, 1);
        assertThat(owners(claim())).containsExactly("zoe");
    }

    @Test
    void unprovenReceiversLeaveAQuarterOfTheSlots() {
        for (int user = 0; user < 70; user++) {
            fill("dead-" + user, "https://dead-" + user + ".example.com/", 2);
        }
        assertThat(claim(Map.of("freeSlots", 40, "freeTrialSlots", 30))).hasSize(30);
        fill("zoe", GOOD, 20);
        markWorking("zoe", "good.example.com");
        List<Map<String, Object>> taken = claim(Map.of("freeSlots", 10, "freeTrialSlots", 0));
        assertThat(owners(taken)).hasSize(8).containsOnly("zoe");
    }

    @Test
    void usersTakeTurns() {
        for (String user : List.of("ann", "bob", "eve")) {
            fill(user, "https://" + user + ".example.com/", 6);
            markWorking(user, user + ".example.com");
        }
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            served.addAll(owners(claim(Map.of("freeSlots", 2))));
        }
        for (int i = 0; i < 18; i++) {
            assertThat(served.get(i)).isEqualTo(List.of("ann", "bob", "eve").get(i % 3));
        }
    }

    @Test
    void firstTriesGoBeforeRetries() {
        fill("ann", GOOD, 3);
        queries.jdbc()
                .update("UPDATE deliveries SET attempts = 1, next_attempt_at = now() - interval '1 h' WHERE id IN"
                        + " (SELECT id FROM deliveries ORDER BY id LIMIT 2)");
        assertThat(claim().get(0)).containsEntry("attempts", 1);
        assertThat(claim()).isEmpty();
    }

    @Test
    void limitsTheDeliveriesOfAUserAndToUnprovenReceivers() {
        for (int host = 0; host < 20; host++) {
            fill("ann", "https://h" + host + ".example.com/", 2);
        }
        assertThat(claim()).hasSize(2);
        queries.jdbc()
                .update("INSERT INTO webhook_receivers (user_id, receiver, failures, quick)"
                        + " SELECT DISTINCT 'ann', receiver, 0, true FROM deliveries WHERE turn = 'ready'"
                        + " AND receiver NOT IN (SELECT receiver FROM deliveries WHERE turn = 'sending')");
        assertThat(claim()).hasSize(6);
        assertThat(claim()).isEmpty();
        // Their senders are gone.
        queries.jdbc().update("UPDATE deliveries SET next_attempt_at = now() WHERE turn = 'sending'");
        wake();
        assertThat(claim()).hasSize(8);
    }

    @Test
    void limitsTheDeliveriesToAHostOverAllUsers() {
        for (int user = 0; user < 30; user++) {
            fill("user-" + user, "https://shared.example.com/" + user, 1);
        }
        assertThat(claim()).hasSize(12);
        fill("zoe", "https://shared.example.com/zoe", 8);
        markWorking("zoe", "shared.example.com");
        List<Map<String, Object>> taken = claim();
        assertThat(owners(taken)).hasSize(4).containsOnly("zoe");
    }

    @Test
    void limitsTheBytesInMemory() {
        fill("ann", GOOD, 8);
        markWorking("ann", "good.example.com");
        queries.jdbc().update("UPDATE deliveries SET body = repeat('x', 1000)");
        assertThat(claim(Map.of("freeBytes", 3_500L))).hasSize(3);
        // Otherwise a delivery above the limit would never be sent.
        assertThat(claim(Map.of("freeBytes", 10L))).hasSize(1);
    }

    @Test
    void findsAWorkingReceiverAmongManyOthers() {
        for (int host = 0; host < 300; host++) {
            fill("ann", "https://h" + host + ".example.com/", 1);
        }
        assertThat(claim()).hasSize(2);
        fill("ann", GOOD, 1);
        markWorking("ann", "good.example.com");
        List<Map<String, Object>> taken = new ArrayList<>();
        // Each claim looks at 16 of 301 receivers, from a random one on.
        for (int i = 0; i < 2_000 && taken.isEmpty(); i++) {
            taken.addAll(claim());
        }
        assertThat(taken).hasSize(1).allMatch(row -> GOOD.equals(row.get("url")));
    }

    @Test
    void pausesAFailingReceiverWithoutSpendingTries() {
        fill("alice", TARPIT, 300);
        fill("alice", GOOD, 1);
        markWorking("alice", "good.example.com");
        for (int failures = 1; failures <= 3; failures++) {
            assertThat(claim()).anyMatch(row -> TARPIT.equals(row.get("url")));
            record("alice", null, TARPIT);
        }
        assertThat(pause()).isBetween(14.0, 16.0);
        assertThat(queries.count("deliveries WHERE attempts > 0 AND url = ?", TARPIT))
                .isEqualTo(3);

        // Postponed in batches, while deliveries to other receivers are sent.
        record("alice", 204, GOOD);
        fill("alice", GOOD + "next", 1);
        assertThat(claim()).singleElement().matches(row -> (GOOD + "next").equals(row.get("url")));
        for (int i = 0; i < 3; i++) {
            assertThat(claim()).isEmpty();
        }
        assertThat(queries.count("deliveries WHERE turn = 'ready'")).isZero();
        assertThat(queries.count("deliveries WHERE turn = 'paused' AND attempts = 0"))
                .isEqualTo(297);

        // One probe when the pause ends, and twice the pause if it fails.
        overPause();
        wake();
        assertThat(claim()).hasSize(1);
        record("alice", 503, TARPIT);
        assertThat(pause()).isBetween(28.0, 32.0);
        while (queries.count("deliveries WHERE turn = 'ready'") > 0) {
            assertThat(claim()).isEmpty();
        }

        // A receiver that answers gets all its deliveries.
        overPause();
        wake();
        assertThat(claim()).hasSize(1);
        record("alice", 204, TARPIT);
        assertThat(queries.count("webhook_receivers WHERE paused_until IS NOT NULL"))
                .isZero();
        assertThat(queries.count("deliveries WHERE turn = 'paused'")).isZero();
        assertThat(claim()).hasSize(7);
    }

    @Test
    void aPauseGrowsToAnHour() {
        fill("ann", TARPIT, 1);
        double before = 0;
        for (int failures = 1; failures <= 14; failures++) {
            overPause();
            queries.jdbc().update("UPDATE deliveries SET series_start = attempts, next_attempt_at = now()");
            wake();
            assertThat(claim()).as("try %d", failures).hasSize(1);
            record("ann", null, TARPIT);
            if (failures >= 3) {
                assertThat(pause()).isGreaterThan(before * 1.5).isLessThan(3_800);
                before = Math.min(pause(), 2_000);
            }
        }
        assertThat(pause()).isGreaterThan(3_400);
    }

    @Test
    void aPauseAppliesToOneUserOnly() {
        fill("alice", "https://shared.example.com/dead", 5);
        fill("bob", "https://shared.example.com/fine", 1);
        pauseOf("alice", "shared.example.com");
        assertThat(owners(claim())).containsExactly("bob");
        record("bob", 204);
        assertThat(queries.count("webhook_receivers WHERE paused_until > now()"))
                .isOne();
    }

    @Test
    void aRejectionIsNotAFailureOfTheReceiver() {
        fill("ann", GOOD, 9);
        for (List<Map<String, Object>> taken = claim(); !taken.isEmpty(); taken = claim()) {
            record("ann", 404);
        }
        assertThat(queries.count("deliveries WHERE turn = 'waiting'")).isEqualTo(9);
        assertThat(queries.count("webhook_receivers WHERE failures = 0 AND quick"))
                .isOne();
    }

    @Test
    void aRedeliveryEndsThePause() {
        fill("ann", TARPIT, 4);
        pauseOf("ann", "tarpit.example.com");
        assertThat(claim()).isEmpty();
        Map<String, Object> paused = queries.jdbc()
                .queryForMap("SELECT id::text AS \"deliveryId\", job_id::text AS \"jobId\" FROM deliveries"
                        + " WHERE turn = 'paused' LIMIT 1");
        assertThat(queries.row("redeliver", new HashMap<>(paused))).containsEntry("outcome", "queued");
        assertThat(claim())
                .singleElement()
                .matches(row -> row.get("delivery_id").equals(paused.get("deliveryId")));
        record("ann", null);
        assertThat(queries.count("webhook_receivers WHERE failures = 6 AND paused_until > now()"))
                .isOne();
    }

    @Test
    void givesUpAfterTwoDaysOfPauses() {
        fill("ann", TARPIT, 4);
        pauseOf("ann", "tarpit.example.com");
        assertThat(claim()).isEmpty();
        queries.jdbc()
                .update(
                        "UPDATE deliveries SET next_attempt_at = now(), began_at = now() - CASE WHEN id = (SELECT min(id::text)"
                                + "::uuid FROM deliveries) THEN interval '49 h' ELSE interval '47 h' END");
        assertThat(wake()).hasSize(1);
        assertThat(queries.count("deliveries WHERE status = 'failed' AND turn IS NULL"))
                .isOne();
        assertThat(queries.count("deliveries WHERE turn = 'paused' AND next_attempt_at > now()"))
                .isEqualTo(3);
    }

    @Test
    void holdsTheLimitsForConcurrentProcesses() throws Exception {
        for (int user = 0; user < 10; user++) {
            fill("user-" + user, GOOD, 30);
            markWorking("user-" + user, "good.example.com");
        }
        for (int round = 0; round < 5; round++) {
            Queries.race(6, this::claim);
            assertThat(queries.count("deliveries WHERE turn = 'sending'")).isBetween(1, 16);
            assertThat(queries.jdbc()
                            .queryForObject(
                                    "SELECT max(tries) FROM (SELECT count(*) AS tries FROM deliveries"
                                            + " WHERE turn = 'sending' GROUP BY user_id) AS users",
                                    Integer.class))
                    .isLessThanOrEqualTo(8);
        }
        claim();
        assertThat(queries.count("deliveries WHERE turn = 'sending'")).isEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource({"20000, 1, 1", "20000, 1, 20000", "5000, 50, 1", "5000, 5000, 1"})
    void readsFewRowsOfADeepBacklog(int deliveries, int users, int hosts) throws Exception {
        fill("user", "https://h%s.example.com/", deliveries, users, hosts);
        // Most deliveries wait for a retry, some of them of users without any ready delivery.
        fill("idle", "https://h%s.example.com/", 5_000, 5_000, 1);
        queries.jdbc()
                .update("UPDATE deliveries SET turn = 'waiting', attempts = 1, next_attempt_at = now() + interval '1 h'"
                        + " WHERE user_id LIKE 'idle%'");
        queries.jdbc().execute("ANALYZE deliveries, jobs, webhook_secrets, webhook_receivers, webhook_turn");
        List<String> scans = new ArrayList<>();
        Map<String, Object> row = queries.sql(
                        "EXPLAIN (ANALYZE, FORMAT JSON) " + Queries.text("claim-deliveries"), limits())
                .get(0);
        JsonNode explained =
                JSON.readTree(row.values().iterator().next().toString()).path(0);
        assertThat(explained.at("/Plan/Actual Rows").asInt())
                .isEqualTo(Math.min(hosts == 1 ? 12 : 2, users == 1 ? hosts : 100));
        assertThat(rowsRead(explained.path("Plan"), scans))
                .as(String.join("\n", scans))
                .isLessThan(3_000);
        assertThat(scans).noneMatch(it -> it.startsWith("Seq Scan deliveries"));
        assertThat(explained.has("JIT")).isFalse();
    }

    private static long rowsRead(JsonNode node, List<String> scans) {
        long rows = 0;
        if (node.has("Relation Name")) {
            rows = Math.round(node.path("Actual Loops").asDouble()
                    * (node.path("Actual Rows").asDouble()
                            + node.path("Rows Removed by Filter").asDouble()));
            scans.add("%s %s %s %d"
                    .formatted(
                            node.path("Node Type").asText(),
                            node.path("Relation Name").asText(),
                            node.path("Index Name").asText(),
                            rows));
        }
        for (JsonNode child : node.path("Plans")) {
            rows += rowsRead(child, scans);
        }
        return rows;
    }

    private void fill(String user, String url, int deliveries) {
        fill(user, url.replace("%", "%%"), deliveries, 1, 1);
    }

    /** Creates ready deliveries, spread over the users and hosts. */
    private void fill(String name, String url, int deliveries, int users, int hosts) {
        queries.jdbc().update("""
                        WITH job AS (
                            INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, callback_url)
                            SELECT uuid_v7(), ? || CASE WHEN ? > 1 THEN '-' || n % ? ELSE '' END, 'A video',
                                   'quick_social', 'low', 'en', 10, format(?, n % ?)
                            FROM generate_series(1, ?) AS n
                            RETURNING id, user_id, callback_url
                        ), secret AS (
                            INSERT INTO webhook_secrets (user_id) SELECT DISTINCT user_id FROM job
                            ON CONFLICT DO NOTHING
                        )
                        INSERT INTO deliveries (job_id, user_id, type, url, body)
                        SELECT id, user_id, 'job.completed', callback_url, '{}' FROM job
                        """, name, users, users, url, hosts, deliveries);
    }

    private void markWorking(String user, String receiver) {
        queries.jdbc()
                .update(
                        "INSERT INTO webhook_receivers (user_id, receiver, failures, quick) VALUES (?, ?, 0, true)",
                        user,
                        receiver);
    }

    private void pauseOf(String user, String receiver) {
        queries.jdbc()
                .update(
                        "INSERT INTO webhook_receivers (user_id, receiver, failures, quick, paused_until)"
                                + " VALUES (?, ?, 5, false, now() + interval '1 min')",
                        user,
                        receiver);
    }

    /** Ends all pauses and makes the first delivery of each paused receiver due. */
    private void overPause() {
        queries.jdbc().update("""
                        UPDATE deliveries SET next_attempt_at = now()
                        FROM webhook_receivers AS known
                        WHERE known.user_id = deliveries.user_id AND known.receiver = deliveries.receiver
                          AND turn = 'paused' AND next_attempt_at <= paused_until
                        """);
        queries.jdbc().update("UPDATE webhook_receivers SET paused_until = now() WHERE paused_until IS NOT NULL");
    }

    /** Returns the seconds of the only pause. */
    private double pause() {
        return queries.jdbc()
                .queryForObject(
                        "SELECT extract(epoch FROM paused_until - now())::float8 FROM webhook_receivers"
                                + " WHERE paused_until > now()",
                        Double.class);
    }

    private List<Map<String, Object>> wake() {
        return queries.rows("wake-deliveries", Map.of("batchSize", 500));
    }

    private List<Map<String, Object>> claim() {
        return claim(Map.of());
    }

    private List<Map<String, Object>> claim(Map<String, Object> others) {
        Map<String, Object> limits = limits();
        limits.putAll(others);
        return queries.rows("claim-deliveries", limits);
    }

    /** The limits in application.yaml. */
    private static Map<String, Object> limits() {
        return Queries.variables(
                "freeSlots",
                128,
                "freeTrialSlots",
                96,
                "freeBytes",
                32_000_000L,
                "userSlots",
                8,
                "hostSlots",
                16,
                "trialSlots",
                2,
                "leaseSec",
                60);
    }

    private void record(String user, Integer status) {
        record(user, status, "%");
    }

    /** Records the result of the user's tries in progress to the URL. A null status means no answer. */
    private void record(String user, Integer status, String url) {
        queries.jdbc()
                .queryForList(
                        "SELECT id::text, attempts FROM deliveries WHERE turn = 'sending' AND user_id = ? AND url LIKE ?",
                        user,
                        url)
                .forEach(row -> queries.rows(
                        "record-delivery",
                        Queries.variables(
                                "deliveryId",
                                row.get("id"),
                                "attempts",
                                row.get("attempts"),
                                "delivered",
                                status != null && status < 300,
                                "responseStatus",
                                status,
                                "quick",
                                status != null,
                                "sendError",
                                "It broke.")));
    }

    private static List<String> owners(List<Map<String, Object>> rows) {
        return rows.stream().map(row -> (String) row.get("user_id")).collect(Collectors.toList());
    }
}
