package com.aiprod.pipeline.life;

import static com.aiprod.pipeline.job.JobState.CANCELLED;
import static com.aiprod.pipeline.job.JobState.COMPLETED;
import static com.aiprod.pipeline.job.JobState.FAILED;
import static com.aiprod.pipeline.job.JobState.PROCESSING;
import static com.aiprod.pipeline.job.JobState.QUEUED;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.job.JobState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What each statement must do, in plain Java and for one statement at a time. Passes each one on to the database,
 * then compares its result and all jobs with the prediction.
 */
final class Model implements Statements {

    private static final class Job {
        final String owner;
        JobState state = QUEUED;
        int attempt;
        int seriesStart;
        String worker;
        int leaseEnd;
        String outboxId;
        int outboxLeaseEnd;
        boolean deferred;
        Integer publishedAt;
        int republished;
        int endedAt;
        final List<JobState> history = new ArrayList<>(List.of(QUEUED));
        final List<Integer> results = new ArrayList<>();

        Job(String owner) {
            this.owner = owner;
        }

        void enter(JobState next) {
            state = next;
            history.add(next);
            worker = null;
            outboxId = null;
            outboxLeaseEnd = 0;
            deferred = false;
            publishedAt = null;
            republished = 0;
        }
    }

    private record Worker(int slots, int claimed, Integer freeSince, Integer reached, int toldAt) {
        boolean alive(int now) {
            return toldAt + World.LEASE_SEC > now;
        }
    }

    private static final class Letter {
        String id;
        String errorCode;
        boolean fromResult;
        boolean redriven;
        boolean discarded;
    }

    private record Key(String jobId, Object requestHash, int expiresAt) {}

    private final Database database;
    private final Map<String, Job> jobs = new TreeMap<>();
    private final Map<List<Object>, Key> keys =
            new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    private final Map<List<Object>, Letter> letters = new HashMap<>();
    private final Map<String, Worker> workers = new HashMap<>();
    /** For each worker: when the most recently published of its claimed jobs was published. */
    private final Map<String, Integer> reached = new HashMap<>();

    private int now = 1;

    Model(Database database) {
        this.database = database;
    }

    @Override
    public List<Map<String, Object>> run(String name, Map<String, Object> parameters) {
        List<Map<String, Object>> rows = database.run(name, parameters);
        switch (name) {
            case "submit-job" -> submit(parameters, rows);
            case "claim-outbox" -> claimOutbox(rows);
            case "confirm-published" -> confirmPublished(parameters);
            case "claim-job" -> claim(parameters, rows);
            case "defer-job" -> defer(parameters, rows);
            case "renew-leases" -> renew(parameters, rows);
            case "record-result" -> recordResult(parameters, rows);
            case "record-dead-letter" -> recordDeadLetter(parameters, rows);
            case "rescue-jobs" -> rescue(rows);
            case "republish-jobs" -> republish(rows);
            case "announce-worker" -> announce(parameters);
            case "cancel-job" -> cancel(parameters, rows);
            case "redrive-dead-letters" -> redrive(parameters, rows);
            case "discard-dead-letter" -> discard(parameters, rows);
            case "release-jobs" -> release(parameters, rows);
            case "purge-jobs" -> purgeJobs(rows);
            case "purge-keys" -> purgeKeys(rows);
            default -> throw new IllegalArgumentException(name);
        }
        compare();
        return rows;
    }

    @Override
    public void passTime(int seconds) {
        database.passTime(seconds);
        now += seconds;
        compare();
    }

    private void submit(Map<String, Object> request, List<Map<String, Object>> rows) {
        String outcome = (String) rows.get(0).get("outcome");
        String id = (String) rows.get(0).get("job_id");
        Key key = null;
        List<Object> name = null;
        if (request.get("idempotencyKey") != null) {
            name = List.of(request.get("userId"), request.get("idempotencyKey"));
            key = keys.get(name);
        }
        if (key != null && key.expiresAt() > now) {
            assertThat(outcome)
                    .isEqualTo(key.requestHash().equals(request.get("requestHash")) ? "replayed" : "conflict");
            assertThat(id).isEqualTo(key.jobId());
            return;
        }
        assertThat(outcome).isEqualTo("created");
        assertThat(jobs).doesNotContainKey(id);
        jobs.put(id, new Job((String) request.get("userId")));
        if (name != null) {
            keys.put(name, new Key(id, request.get("requestHash"), now + World.KEY_LIFE_SEC));
        }
    }

    /** Leaves the choice of jobs to the database but checks their number. */
    private void claimOutbox(List<Map<String, Object>> rows) {
        long onTheirWay = count(job -> job.publishedAt != null)
                + count(job -> job.publishedAt == null && job.outboxLeaseEnd > now && !job.deferred);
        long waiting = count(this::canBePublished);
        long free = Math.max(0, mayBeOnTheirWay(onTheirWay) - onTheirWay);
        assertThat(rows).hasSize((int) Math.min(Math.min(free, World.BATCH), waiting));
        for (Map<String, Object> row : rows) {
            Job job = jobs.get(row.get("job_id"));
            assertThat(canBePublished(job)).isTrue();
            assertThat(row.get("attempt")).isEqualTo(job.attempt + 1);
            job.outboxId = row.get("outbox_id").toString();
            job.outboxLeaseEnd = now + World.OUTBOX_LEASE_SEC;
            job.deferred = false;
        }
    }

    private boolean canBePublished(Job job) {
        return job.state == QUEUED && job.publishedAt == null && job.outboxLeaseEnd <= now;
    }

    /** Running jobs are only counted when there are as many on their way as workers have slots. */
    private long mayBeOnTheirWay(long onTheirWay) {
        List<Worker> alive =
                workers.values().stream().filter(worker -> worker.alive(now)).toList();
        long slots = alive.stream().mapToLong(Worker::slots).sum();
        int claimed = alive.stream()
                .filter(worker -> worker.toldAt() == now)
                .mapToInt(Worker::claimed)
                .sum();
        if (slots == 0) {
            return World.MIN_IN_FLIGHT;
        }
        long busy =
                onTheirWay < Math.max(slots, claimed) ? slots : Math.min(slots, count(job -> job.state == PROCESSING));
        return Math.max(2 * slots - busy, claimed);
    }

    private void confirmPublished(Map<String, Object> parameters) {
        String ids = (String) parameters.get("publishedIds");
        List<String> confirmed =
                Arrays.asList(ids.substring(1, ids.length() - 1).split(","));
        for (Job job : jobs.values()) {
            if (job.publishedAt == null && confirmed.contains(job.outboxId)) {
                job.publishedAt = now;
            }
        }
    }

    private void claim(Map<String, Object> parameters, List<Map<String, Object>> rows) {
        Job job = jobs.get(parameters.get("jobId"));
        boolean waits = job != null && job.state == QUEUED;
        assertThat(rows.get(0).get("outcome")).isEqualTo(job == null ? "unknown" : waits ? "claimed" : "not-waiting");
        if (waits) {
            Integer published = job.publishedAt == null && job.attempt == 0 ? Integer.valueOf(now) : job.publishedAt;
            assertThat(rows.get(0).get("published_sec") == null).isEqualTo(published == null);
            if (published != null) {
                reached.merge((String) parameters.get("workerId"), published, Math::max);
            }
            job.enter(PROCESSING);
            job.attempt++;
            job.worker = (String) parameters.get("workerId");
            job.leaseEnd = now + World.LEASE_SEC;
            assertThat(rows.get(0).get("attempt")).isEqualTo(job.attempt);
        }
    }

    private void defer(Map<String, Object> parameters, List<Map<String, Object>> rows) {
        Job job = jobs.get(parameters.get("jobId"));
        boolean waits = job != null && job.state == QUEUED;
        assertThat(rows)
                .containsExactly(Map.of("outcome", job == null ? "unknown" : waits ? "deferred" : "not-waiting"));
        if (waits) {
            job.publishedAt = null;
            job.outboxId = null;
            job.deferred = true;
            job.outboxLeaseEnd = now + World.OUTBOX_LEASE_SEC;
        }
    }

    private void renew(Map<String, Object> parameters, List<Map<String, Object>> rows) {
        List<String> kept = ownedOf(parameters);
        kept.forEach(id -> jobs.get(id).leaseEnd = now + World.LEASE_SEC);
        assertThat(rows.stream().map(row -> (String) row.get("job_id"))).containsExactlyInAnyOrderElementsOf(kept);
    }

    /** Returns the requested jobs whose running attempt belongs to this worker. */
    private List<String> ownedOf(Map<String, Object> parameters) {
        String running = (String) parameters.get("running");
        List<String> owned = new ArrayList<>();
        jobs.forEach((id, job) -> {
            if (job.state == PROCESSING
                    && job.worker.equals(parameters.get("workerId"))
                    && running.contains("{\"job_id\":\"%s\",\"attempt\":%d,".formatted(id, job.attempt))) {
                owned.add(id);
            }
        });
        return owned;
    }

    private void recordResult(Map<String, Object> result, List<Map<String, Object>> rows) {
        Job job = jobs.get(result.get("jobId"));
        boolean counts =
                job != null && job.state == PROCESSING && result.get("attempt").equals(job.attempt);
        assertThat(rows.get(0).get("outcome")).isEqualTo(job == null ? "unknown" : counts ? "recorded" : "late");
        if (counts) {
            end(job, (Boolean) result.get("success") ? COMPLETED : FAILED);
            if (job.state == FAILED) {
                addLetter(List.of(result.get("jobId"), job.attempt), null, (String) result.get("errorCode"), true);
            }
        }
    }

    private void end(Job job, JobState last) {
        job.enter(last);
        job.results.add(job.attempt);
        job.endedAt = now;
    }

    private void recordDeadLetter(Map<String, Object> parameters, List<Map<String, Object>> rows) {
        List<Object> attempt = List.of(parameters.get("jobId"), parameters.get("attempt"));
        if (jobs.containsKey((String) parameters.get("jobId"))) {
            Letter known = letters.get(attempt);
            assertThat(rows).hasSize(known == null || known.fromResult ? 1 : 0);
            if (known != null && known.fromResult) {
                known.fromResult = false;
                known.id = (String) rows.get(0).get("id");
            } else if (known == null) {
                addLetter(attempt, (String) rows.get(0).get("id"), (String) parameters.get("errorCode"), false);
            }
        }
    }

    private void addLetter(List<Object> attempt, String id, String errorCode, boolean fromResult) {
        Letter letter = new Letter();
        letter.id = id;
        letter.errorCode = errorCode;
        letter.fromResult = fromResult;
        letters.putIfAbsent(attempt, letter);
    }

    private void cancel(Map<String, Object> parameters, List<Map<String, Object>> rows) {
        Job job = jobs.get(parameters.get("jobId"));
        if (job == null || !job.owner.equals(parameters.get("userId"))) {
            assertThat(rows).isEmpty();
            return;
        }
        assertThat(rows.get(0).get("outcome"))
                .isEqualTo(!job.state.ended() ? "cancelled" : job.state == CANCELLED ? "cancelled-before" : "ended");
        if (!job.state.ended()) {
            job.enter(CANCELLED);
            job.endedAt = now;
        }
    }

    private void redrive(Map<String, Object> parameters, List<Map<String, Object>> rows) {
        Set<Job> again = new HashSet<>();
        List<String> settled = new ArrayList<>();
        letters.forEach((attempt, letter) -> {
            Job job = jobs.get(attempt.get(0));
            boolean meant = letter.errorCode.equals(parameters.get("errorCode"))
                    || (letter.id != null && letter.id.equals(parameters.get("letterId")));
            if (meant && !letter.redriven && !letter.discarded && job.state == FAILED) {
                letter.redriven = true;
                settled.add((String) attempt.get(0));
                again.add(job);
            }
        });
        assertThat(rows.stream().map(row -> (String) row.get("job_id"))).containsExactlyInAnyOrderElementsOf(settled);
        for (Job job : again) {
            job.enter(QUEUED);
            job.seriesStart = job.attempt;
        }
    }

    private void discard(Map<String, Object> parameters, List<Map<String, Object>> rows) {
        Letter found = letters.values().stream()
                .filter(letter ->
                        !letter.discarded && parameters.get("letterId").equals(letter.id))
                .findAny()
                .orElse(null);
        assertThat(rows.get(0).get("outcome"))
                .isEqualTo(found == null ? "unknown" : found.redriven ? "redriven" : "discarded");
        if (found != null && !found.redriven) {
            found.discarded = true;
        }
    }

    private void release(Map<String, Object> parameters, List<Map<String, Object>> rows) {
        List<String> released = ownedOf(parameters);
        assertThat(rows.stream().map(row -> (String) row.get("job_id"))).containsExactlyInAnyOrderElementsOf(released);
        for (String id : released) {
            Job job = jobs.get(id);
            job.enter(QUEUED);
            job.seriesStart++;
        }
    }

    private void purgeJobs(List<Map<String, Object>> rows) {
        List<String> old = jobs.entrySet().stream()
                .filter(job -> job.getValue().state.ended() && job.getValue().endedAt + World.KEEP_SEC < now)
                .map(Map.Entry::getKey)
                .toList();
        assertThat(rows.stream().map(row -> (String) row.get("job_id"))).containsExactlyInAnyOrderElementsOf(old);
        jobs.keySet().removeAll(old);
        letters.keySet().removeIf(attempt -> old.contains(attempt.get(0)));
        keys.values().removeIf(key -> old.contains(key.jobId()));
    }

    private void purgeKeys(List<Map<String, Object>> rows) {
        int before = keys.size();
        keys.values().removeIf(key -> key.expiresAt() <= now);
        assertThat(rows).hasSize(before - keys.size());
    }

    private void rescue(List<Map<String, Object>> rows) {
        List<String> stuck = new ArrayList<>();
        jobs.forEach((id, job) -> {
            if (job.state == PROCESSING && job.leaseEnd < now) {
                stuck.add(id);
                if (job.attempt - job.seriesStart == World.MAX_ATTEMPTS) {
                    end(job, FAILED);
                    addLetter(List.of(id, job.attempt), null, "ATTEMPTS_EXHAUSTED", false);
                } else {
                    job.enter(QUEUED);
                }
            }
        });
        assertThat(rows.stream().map(row -> (String) row.get("job_id"))).containsExactlyInAnyOrderElementsOf(stuck);
    }

    private void announce(Map<String, Object> parameters) {
        String worker = (String) parameters.get("workerId");
        Integer freeSince = parameters.get("freeSec") == null ? null : Integer.valueOf(now - (int) World.LONG_FREE_SEC);
        workers.put(
                worker,
                new Worker(
                        (Integer) parameters.get("slots"),
                        (Integer) parameters.get("claimed"),
                        freeSince,
                        reached.get(worker),
                        now));
    }

    private void republish(List<Map<String, Object>> rows) {
        int reached = 0;
        for (Worker worker : workers.values()) {
            if (worker.alive(now)) {
                boolean missesIt =
                        worker.freeSince() != null && worker.freeSince() + World.MESSAGE_LOST_AFTER_SEC < now;
                int ownReach = worker.reached() == null ? 0 : worker.reached();
                reached = Math.max(reached, missesIt ? now : ownReach);
            }
        }
        List<String> lost = new ArrayList<>();
        for (Map.Entry<String, Job> entry : jobs.entrySet()) {
            Job job = entry.getValue();
            int pause = World.MESSAGE_LOST_AFTER_SEC << Math.min(job.republished, 4);
            if (job.publishedAt != null && job.publishedAt + pause < reached) {
                lost.add(entry.getKey());
                job.publishedAt = now;
                job.republished++;
            }
        }
        assertThat(rows.stream().map(row -> (String) row.get("job_id"))).containsExactlyInAnyOrderElementsOf(lost);
    }

    private void compare() {
        List<StoredJob> stored = database.jobs();
        assertThat(stored.stream().map(StoredJob::id)).containsExactlyElementsOf(jobs.keySet());
        for (StoredJob actual : stored) {
            actual.check();
            Job expected = jobs.get(actual.id());
            assertThat(actual.states()).as("history").isEqualTo(expected.history);
            assertThat(actual)
                    .extracting(
                            StoredJob::state,
                            StoredJob::attempt,
                            StoredJob::seriesStart,
                            StoredJob::worker,
                            StoredJob::onItsWay,
                            StoredJob::republished)
                    .containsExactly(
                            expected.state,
                            expected.attempt,
                            expected.seriesStart,
                            expected.worker,
                            expected.publishedAt != null,
                            expected.republished);
            assertThat(actual.results().stream().map(StoredJob.Result::attempt))
                    .as("results")
                    .isEqualTo(expected.results);
        }
    }

    private long count(Predicate<Job> wanted) {
        return jobs.values().stream().filter(wanted).count();
    }
}
