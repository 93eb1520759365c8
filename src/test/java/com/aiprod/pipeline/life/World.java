package com.aiprod.pipeline.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Everything around the database: clients, dispatchers, Pub/Sub, workers, recorders, and operators, with what each of
 * them remembers. A move without an object does nothing. Thread-safe: each object is held by one thread
 * at a time, like a delivered message.
 */
final class World {

    /** No sum of {@link #TICK}s comes near these times, so the real time of a run does not matter. */
    static final int OUTBOX_LEASE_SEC = 15;

    static final int LEASE_SEC = 35;
    /** No doubling of it comes near them either. */
    static final int MESSAGE_LOST_AFTER_SEC = 53;

    static final int TICK = 10;
    /** Fewer than in production, so that lives reach the end of a series. */
    static final int MAX_ATTEMPTS = 2;

    static final int MIN_IN_FLIGHT = 3;
    static final int BATCH = 2;

    static final int KEY_LIFE_SEC = 24 * 3600;

    static final int DAY_SEC = KEY_LIFE_SEC + 10 * TICK;
    static final int KEEP_SEC = KEY_LIFE_SEC + 5 * TICK;

    /** Longer than the time after which a message counts as lost. */
    static final double LONG_FREE_SEC = 60;

    private static final List<String> USERS = List.of("ann", "bob");

    private record Job(String id, String owner) {}

    private record Answer(String jobId, int at) {}

    private record Message(String outboxId, String jobId) {}

    private record Run(String jobId, int attempt, String worker) {}

    private record Outcome(String jobId, int attempt, boolean success) {}

    private final Bag<Job> jobs = new Bag<>();
    private final Bag<String> letters = new Bag<>();
    private final AtomicInteger now = new AtomicInteger();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    /** Taken from the outbox by a dispatcher, not yet published. */
    private final Bag<Message> taken = new Bag<>();
    /** Published, not yet confirmed. */
    private final Bag<Message> published = new Bag<>();

    private final Bag<Message> jobTopic = new Bag<>();
    private final Bag<Run> running = new Bag<>();
    private final Bag<Outcome> resultTopic = new Bag<>();
    private final Bag<Outcome> deadLetterTopic = new Bag<>();
    /** For each worker: when its most recently published job was published, in database seconds. */
    private final Map<String, Double> reached = new ConcurrentHashMap<>();

    void submit(Statements database, int pick, boolean withKey) {
        String user = USERS.get(pick % 2);
        Map<String, Object> request = new HashMap<>();
        request.put("userId", user);
        request.put("idempotencyKey", withKey ? "key-" + pick / 2 % 2 : null);
        request.put("requestHash", "request-" + (pick % 5 == 0 ? "other" : "same"));
        request.put("content", "A film about the sea");
        request.put("preset", "quick_social");
        request.put("priority", List.of("low", "normal", "high").get(pick % 3));
        request.put("lang", "en");
        request.put("durationSec", 10);
        request.put("metadata", "{}");
        request.put("requestId", null);
        request.put("requestTraceparent", null);
        request.put("callbackUrl", null);
        // More than any life submits. The limits have their own tests; only their lock matters here.
        request.put("maxActiveJobs", 1_000_000);
        request.put("submitRate", 1_000_000);
        int asked = now.get();
        String jobId = (String) database.run("submit-job", request).get(0).get("job_id");
        jobs.add(new Job(jobId, user));
        if (withKey) {
            answers.merge(user + " " + request.get("idempotencyKey"), new Answer(jobId, asked), (first, second) -> {
                boolean known = now.get() - first.at() < KEY_LIFE_SEC;
                if (known) {
                    assertThat(jobId).as("one job for each key").isEqualTo(first.jobId());
                }
                return known ? first : second;
            });
        }
    }

    void takeFromOutbox(Statements database) {
        Map<String, Object> limits =
                Map.of("minInFlight", MIN_IN_FLIGHT, "batchSize", BATCH, "leaseSec", OUTBOX_LEASE_SEC);
        for (Map<String, Object> row : database.run("claim-outbox", limits)) {
            taken.add(new Message(row.get("outbox_id").toString(), (String) row.get("job_id")));
        }
    }

    void publish(int pick) {
        Message message = taken.take(pick);
        if (message != null) {
            jobTopic.add(message);
            published.add(message);
        }
    }

    void publishAgain(int pick) {
        Message message = published.peek(pick);
        if (message != null) {
            jobTopic.add(message);
        }
    }

    void confirmPublished(Statements database, int pick) {
        List<Message> batch = pick % 2 == 0 ? published.takeAll() : List.of();
        if (batch.isEmpty()) {
            Message one = published.take(pick);
            batch = one == null ? List.of() : List.of(one);
        }
        if (!batch.isEmpty()) {
            List<String> ids = batch.stream().map(Message::outboxId).toList();
            database.run("confirm-published", Map.of("publishedIds", "{" + String.join(",", ids) + "}"));
        }
    }

    void loseDispatcher() {
        taken.takeAll();
        published.takeAll();
    }

    void deliver(Statements database, int pick, boolean acked) {
        Message message = acked ? jobTopic.take(pick) : jobTopic.peek(pick);
        if (message != null) {
            String worker = "worker-" + pick % 2;
            Map<String, Object> answer = database.run(
                            "claim-job",
                            Map.of(
                                    "jobId",
                                    message.jobId(),
                                    "workerId",
                                    worker,
                                    "leaseSec",
                                    LEASE_SEC,
                                    "pipeline",
                                    "video",
                                    "revision",
                                    "0123456789ab"))
                    .get(0);
            if (answer.get("outcome").equals("claimed")) {
                running.add(new Run(message.jobId(), (Integer) answer.get("attempt"), worker));
                if (answer.get("published_sec") != null) {
                    reached.merge(worker, (Double) answer.get("published_sec"), Math::max);
                }
            }
        }
    }

    /** The pipeline of the job has no free slot in the worker that received its message. */
    void defer(Statements database, int pick) {
        Message message = jobTopic.take(pick);
        if (message != null) {
            database.run("defer-job", Map.of("jobId", message.jobId(), "pauseSec", OUTBOX_LEASE_SEC));
        }
    }

    void loseJobMessage(int pick) {
        jobTopic.take(pick);
    }

    void renew(Statements database, int pick) {
        String worker = "worker-" + pick % 2;
        List<Run> own = running.list(run -> run.worker().equals(worker));
        if (!own.isEmpty()) {
            Set<Run> kept = new HashSet<>();
            for (Map<String, Object> row : database.run(
                    "renew-leases", Map.of("running", json(own, pick), "workerId", worker, "leaseSec", LEASE_SEC))) {
                kept.add(new Run((String) row.get("job_id"), (Integer) row.get("attempt"), worker));
            }
            own.stream().filter(run -> !kept.contains(run)).forEach(running::remove);
        }
    }

    private static String json(List<Run> runs, int percent) {
        return runs.stream()
                .map(run -> "{\"job_id\":\"%s\",\"attempt\":%d,\"stage\":\"render\",\"percent\":%d}"
                        .formatted(run.jobId(), run.attempt(), percent))
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** The worker dies; Pub/Sub redelivers its message. */
    void crash(int pick) {
        Run run = running.take(pick);
        if (run != null) {
            jobTopic.add(new Message("", run.jobId()));
        }
    }

    /** With or without a lease: a worker may be the last to notice that it lost the lease. */
    void finish(int pick, boolean success) {
        Run run = running.take(pick);
        if (run != null) {
            Outcome outcome = new Outcome(run.jobId(), run.attempt(), success);
            if (!success) {
                deadLetterTopic.add(outcome);
            }
            resultTopic.add(outcome);
        }
    }

    void recordResult(Statements database, int pick, boolean acked) {
        Outcome outcome = acked ? resultTopic.take(pick) : resultTopic.peek(pick);
        if (outcome != null) {
            Map<String, Object> result = new HashMap<>();
            result.put("jobId", outcome.jobId());
            result.put("attempt", outcome.attempt());
            result.put("success", outcome.success());
            result.put("output", outcome.success() ? "{\"author\": %d}".formatted(outcome.attempt()) : null);
            result.put("errorCode", outcome.success() ? null : "RENDER_FAILED");
            result.put("errorMessage", outcome.success() ? null : "by " + outcome.attempt());
            result.put("retryable", false);
            result.put("executionTimeMs", 1);
            database.run("record-result", result);
        }
    }

    void loseResult(int pick) {
        resultTopic.take(pick);
    }

    void recordDeadLetter(Statements database, int pick, boolean acked) {
        Outcome outcome = acked ? deadLetterTopic.take(pick) : deadLetterTopic.peek(pick);
        if (outcome != null) {
            Map<String, Object> letter = new HashMap<>();
            letter.put("jobId", outcome.jobId());
            letter.put("attempt", outcome.attempt());
            // A message that was published twice has two IDs.
            letter.put("messageId", UUID.randomUUID().toString());
            letter.put("errorCode", "RENDER_FAILED");
            letter.put("reason", "failed");
            letter.put("error", "by " + outcome.attempt());
            letter.put("attempts", 1);
            letter.put("route", "video");
            letter.put("pipeline", "video");
            letter.put("step", "call-render");
            letter.put("file", "video.camel.yaml");
            letter.put("line", 14);
            letter.put("metadata", "{}");
            database.run("record-dead-letter", letter).forEach(row -> letters.add((String) row.get("id")));
        }
    }

    void rescue(Statements database) {
        database.run("rescue-jobs", Map.of("batchSize", 100));
    }

    /** Its messages are published at once, or never if the dispatcher dies just then. */
    void republish(Statements database, int pick) {
        Map<String, Object> limits = Map.of("messageLostAfterSec", MESSAGE_LOST_AFTER_SEC, "batchSize", 100);
        for (Map<String, Object> row : database.run("republish-jobs", limits)) {
            if (pick % 5 != 0) {
                jobTopic.add(new Message("", (String) row.get("job_id")));
            }
        }
    }

    void announce(Statements database, int pick) {
        announce(database, "worker-" + pick % 2, pick / 2 % 3, pick / 6 % 5, pick < 30 ? null : LONG_FREE_SEC);
    }

    private void announce(Statements database, String worker, int slots, int claimed, Double freeSec) {
        Map<String, Object> told = new HashMap<>();
        told.put("workerId", worker);
        told.put("slots", slots);
        told.put("claimed", claimed);
        told.put("freeSec", slots > 0 ? freeSec : null);
        told.put("reached", reached.get(worker));
        told.put("leaseSec", LEASE_SEC);
        database.run("announce-worker", told);
    }

    void cancel(Statements database, int pick) {
        Job job = jobs.peek(pick);
        if (job != null) {
            String user = pick % 5 == 0 ? "a stranger" : job.owner();
            database.run("cancel-job", Map.of("jobId", job.id(), "userId", user));
        }
    }

    void redrive(Statements database, int pick) {
        Map<String, Object> request = new HashMap<>();
        request.put("letterId", pick % 2 == 0 ? letters.peek(pick) : null);
        request.put("errorCode", pick % 2 == 0 ? null : pick % 3 == 0 ? "ATTEMPTS_EXHAUSTED" : "RENDER_FAILED");
        request.put("group", null);
        request.put("letterIds", null);
        request.put("limit", 100);
        request.put("userId", "an operator");
        database.run("redrive-dead-letters", request);
    }

    void discard(Statements database, int pick) {
        String letter = letters.peek(pick);
        if (letter != null) {
            database.run("discard-dead-letter", Map.of("letterId", letter, "userId", "an operator"));
        }
    }

    /** A worker that shuts down hands its jobs back. */
    void release(Statements database, int pick) {
        String worker = "worker-" + pick % 2;
        List<Run> own = running.list(run -> run.worker().equals(worker));
        if (!own.isEmpty()) {
            database.run(
                    "release-jobs",
                    Map.of(
                            "running",
                            json(own, pick),
                            "workerId",
                            worker,
                            "releaseReason",
                            "worker_stopped",
                            "suspect",
                            false));
            own.forEach(running::remove);
            own.forEach(run -> jobTopic.add(new Message("", run.jobId())));
        }
    }

    void purge(Statements database) {
        database.run("purge-jobs", Map.of("keepSec", KEEP_SEC, "batchSize", 100));
        database.run("purge-keys", Map.of("batchSize", 100));
    }

    /** Passes one tick, which is shorter than every lease, to six, which outlast all leases. */
    void passTime(Statements database, int pick) {
        passSeconds(database, TICK * (1 + pick % 6));
    }

    void passADay(Statements database) {
        passSeconds(database, DAY_SEC);
    }

    private void passSeconds(Statements database, int seconds) {
        now.addAndGet(seconds);
        database.passTime(seconds);
        reached.replaceAll((worker, published) -> published - seconds);
    }

    /** Loses every process and every message; only the database is left. */
    void loseAll() {
        loseDispatcher();
        jobTopic.takeAll();
        running.takeAll();
        resultTopic.takeAll();
        deadLetterTopic.takeAll();
    }

    /** Lets everything work for a while: stuck jobs are rescued, queued jobs are dispatched, run, and recorded. */
    void goOn(Statements database) {
        // Longer than the longest pause between two messages of a job.
        passSeconds(database, 90 * TICK);
        announce(database, "worker-0", 2, 0, LONG_FREE_SEC);
        rescue(database);
        republish(database, 1);
        takeFromOutbox(database);
        while (!taken.isEmpty()) {
            publish(0);
        }
        confirmPublished(database, 0);
        while (!jobTopic.isEmpty()) {
            deliver(database, 0, true);
        }
        while (!running.isEmpty()) {
            finish(0, true);
        }
        while (!resultTopic.isEmpty()) {
            recordResult(database, 0, true);
        }
    }

    /** Objects of one kind; any number picks one of them. */
    private static final class Bag<T> {
        private final List<T> things = new ArrayList<>();

        synchronized void add(T thing) {
            things.add(thing);
        }

        synchronized void remove(T thing) {
            things.remove(thing);
        }

        synchronized boolean isEmpty() {
            return things.isEmpty();
        }

        synchronized T peek(int pick) {
            return things.isEmpty() ? null : things.get(pick % things.size());
        }

        synchronized T take(int pick) {
            return things.isEmpty() ? null : things.remove(pick % things.size());
        }

        synchronized List<T> takeAll() {
            List<T> all = List.copyOf(things);
            things.clear();
            return all;
        }

        synchronized List<T> list(Predicate<T> wanted) {
            return things.stream().filter(wanted).toList();
        }
    }
}
