package com.aiprod.pipeline.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.Immutable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Statements on the same two jobs wait for each other but never deadlock: the first is held in the
 * middle, at either job, the second begins, and both must finish.
 */
class LockOrderTest {

    private static final String ONE = new UUID(1, 1).toString();
    private static final String TWO = new UUID(2, 2).toString();
    private static final Executor THREADS = task -> new Thread(task).start();

    /** The state of both jobs. Each has a dead letter. A waiting one has an outbox row. */
    private enum Situation {
        WAITING("'QUEUED', 0, NULL, NULL, NULL, NULL"),
        PUBLISHED("'QUEUED', 0, NULL, NULL, NULL, NULL"),
        RUNNING("'PROCESSING', 1, now(), 'worker-1', now() - interval '1 s', NULL"),
        FAILED("'FAILED', 1, now(), NULL, NULL, now() - interval '1 h'");

        private final String values;

        Situation(String values) {
            this.values = values;
        }

        void arise(Database database) {
            database.empty();
            // Redrive takes dead letters in their own order, which differs from that of their jobs.
            database.execute("""
                    INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, state, attempt, started_at,
                        worker_id, lease_expires_at, completed_at)
                    VALUES ('%1$s', 'ann', 'A film', 'quick_social', 'low', 'en', 10, %3$s),
                        ('%2$s', 'ann', 'A film', 'quick_social', 'low', 'en', 10, %3$s);
                    INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts, metadata)
                    VALUES ('%2$s', 1, 'm', 'BROKEN', 'r', 'e', 1, '{}'), ('%1$s', 1, 'm', 'BROKEN', 'r', 'e', 1, '{}');
                    INSERT INTO workers (id, slots, free_since, alive_until)
                    VALUES ('worker-1', 1, now() - interval '1 h', now() + interval '1 h')
                    """.formatted(ONE, TWO, values));
            if (this == WAITING || this == PUBLISHED) {
                // Their IDs are not in the order of the jobs, and their slice is not the newest.
                database.execute("""
                        INSERT INTO outbox (id, job_id, user_id, priority, slice, published_at, leased_until)
                        OVERRIDING SYSTEM VALUE
                        SELECT id, job_id, 'ann', 'low', newest_slice() - 1, %3$s
                        FROM (VALUES (2, '%1$s'::uuid), (1, '%2$s'::uuid)) AS waiting (id, job_id)
                        """.formatted(
                                ONE,
                                TWO,
                                this == WAITING
                                        ? "NULL::timestamptz, NULL::timestamptz"
                                        : "now() - interval '1 h', 'infinity'::timestamptz"));
            }
        }
    }

    @Immutable
    private interface Action {
        void take(Database database);
    }

    private enum Statement {
        CONFIRM(database -> database.run("confirm-published", Map.of("publishedIds", "{2,1}"))),
        RELEASE(database -> database.run(
                "release-jobs",
                Map.of(
                        "running",
                        both(),
                        "workerId",
                        "worker-1",
                        "releaseReason",
                        "worker_stopped",
                        "suspect",
                        false))),
        RENEW(database ->
                database.run("renew-leases", Map.of("running", both(), "workerId", "worker-1", "leaseSec", 30))),
        RESCUE(database -> database.run("rescue-jobs", Map.of("batchSize", 10))),
        REPUBLISH(database -> database.run("republish-jobs", Map.of("messageLostAfterSec", 45, "batchSize", 10))),
        TAKE(database -> database.run("claim-outbox", Map.of("minInFlight", 10, "batchSize", 10, "leaseSec", 30))),
        ROTATE(database -> database.run("rotate-outbox", Map.of("graceSec", 15, "batchSize", 10, "minRows", 0))),
        SWEEP(database -> database.run("sweep-outbox", Map.of("batchSize", 10))),
        REDRIVE(database -> {
            Map<String, Object> request = new HashMap<>(Map.of("errorCode", "BROKEN", "limit", 10));
            request.put("letterId", null);
            request.put("group", null);
            request.put("letterIds", null);
            request.put("userId", "olga");
            database.run("redrive-dead-letters", request);
        }),
        PURGE(database -> database.run("purge-jobs", Map.of("keepSec", 60, "batchSize", 10))),
        CANCEL_ONE(database -> database.run("cancel-job", Map.of("jobId", ONE, "userId", "ann"))),
        CANCEL_TWO(database -> database.run("cancel-job", Map.of("jobId", TWO, "userId", "ann"))),
        DEFER_ONE(database -> database.run("defer-job", Map.of("jobId", ONE, "pauseSec", 2))),
        DEFER_TWO(database -> database.run("defer-job", Map.of("jobId", TWO, "pauseSec", 2))),
        SUBMIT(database -> database.run("submit-job", submissions())),
        SUBMIT_IN_ANOTHER_ORDER(database -> {
            Map<String, Object> submissions = submissions();
            submissions.put("userId", List.of("ann", "bob"));
            submissions.put("idempotencyKey", List.of("key-a", "key-b"));
            database.run("submit-job", submissions);
        }),
        CLAIM(database -> database.run(
                "claim-job",
                Map.of(
                        "jobId",
                        List.of(TWO, ONE),
                        "workerId",
                        List.of("worker-2", "worker-2"),
                        "leaseSec",
                        30,
                        "pipeline",
                        List.of("video", "video"),
                        "revision",
                        List.of("0123456789ab", "0123456789ab")))),
        RECORD(database -> {
            Map<String, Object> results = new HashMap<>(Map.of(
                    "jobId", List.of(TWO, ONE),
                    "attempt", List.of(1, 1),
                    "success", List.of(false, true),
                    "output", List.of("null", "{}"),
                    "errorCode", Arrays.asList("BROKEN", null),
                    "errorMessage", Arrays.asList("It broke.", null),
                    "retryable", List.of(false, false),
                    "executionTimeMs", List.of(1, 1)));
            database.run("record-result", results);
        });

        private final Action action;

        Statement(Action action) {
            this.action = action;
        }

        private static Map<String, Object> submissions() {
            List<String> none = Arrays.asList(null, null);
            return new HashMap<>(Map.ofEntries(
                    Map.entry("userId", List.of("bob", "ann")),
                    Map.entry("idempotencyKey", List.of("key-b", "key-a")),
                    Map.entry("requestHash", List.of("hash", "hash")),
                    Map.entry("content", List.of("sea", "sea")),
                    Map.entry("preset", List.of("quick_social", "quick_social")),
                    Map.entry("priority", List.of("low", "low")),
                    Map.entry("lang", List.of("en", "en")),
                    Map.entry("durationSec", List.of(10, 10)),
                    Map.entry("metadata", none),
                    Map.entry("requestId", none),
                    Map.entry("requestTraceparent", none),
                    Map.entry("callbackUrl", List.of("https://example.com", "https://example.com")),
                    Map.entry("maxActiveJobs", 1000),
                    Map.entry("submitRate", 1000)));
        }

        private static String both() {
            return "[{\"job_id\":\"%s\",\"attempt\":1},{\"job_id\":\"%s\",\"attempt\":1}]".formatted(TWO, ONE);
        }
    }

    private static Database holder;
    private static Database first;
    private static Database second;

    @BeforeAll
    static void connect() {
        holder = Database.create();
        first = holder.connect(Broken.NONE);
        second = holder.connect(Broken.NONE);
    }

    @AfterAll
    static void disconnect() {
        List.of(second, first, holder).forEach(Database::close);
    }

    @ParameterizedTest
    @EnumSource
    void neverDeadlocks(Statement early) {
        for (Situation situation : Situation.values()) {
            for (Statement late : Statement.values()) {
                for (String held : List.of(ONE, TWO)) {
                    situation.arise(holder);
                    assertThat(meet(early, late, held))
                            .as("%s and %s on jobs that are %s", early, late, situation)
                            .isTrue();
                }
            }
        }
    }

    /** Returns whether both statements finish. */
    private static boolean meet(Statement early, Statement late, String held) {
        CompletableFuture<?>[] both = new CompletableFuture<?>[2];
        holder.inTransaction(
                () -> holder.execute("SELECT FROM jobs WHERE id = '%s' FOR UPDATE".formatted(held)), () -> {
                    both[0] = begin(early, first);
                    both[1] = begin(late, second);
                });
        return Arrays.stream(both).allMatch(LockOrderTest::ends);
    }

    private static CompletableFuture<Void> begin(Statement statement, Database database) {
        CompletableFuture<Void> run = CompletableFuture.runAsync(() -> statement.action.take(database), THREADS);
        while (!run.isDone() && !holder.waits(database.backend())) {
            LockSupport.parkNanos(100_000);
        }
        return run;
    }

    private static boolean ends(CompletableFuture<?> run) {
        try {
            run.join();
            return true;
        } catch (CompletionException e) {
            if (e.getCause() instanceof Database.Refused refused && refused.isForADeadlock()) {
                return false;
            }
            throw e;
        }
    }
}
