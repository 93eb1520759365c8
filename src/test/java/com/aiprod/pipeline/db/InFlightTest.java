package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The number of jobs on their way to workers, and their lost messages, against a real PostgreSQL. */
class InFlightTest {

    private static final int LOST_AFTER_SEC = 45;

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
        queries.jdbc().update("UPDATE dispatch_turn SET last_user = ''");
    }

    @Test
    void allowsTwoJobsForEachFreeSlotAndOneForEachBusySlot() {
        submit("ann", 30);
        queries.worker("worker-1", 3);
        queries.worker("worker-2", 1);
        List<String> first = dispatch();
        assertThat(first).hasSize(8);
        assertThat(dispatch()).isEmpty();
        // A claim for a free slot makes no room, ...
        queries.claim(first.get(0), "worker-1");
        queries.claim(first.get(1), "worker-1");
        queries.claim(first.get(2), "worker-1");
        queries.claim(first.get(3), "worker-2");
        assertThat(dispatch()).isEmpty();
        // ... but a claim while all slots are busy does.
        queries.succeed(first.get(0), 1, "{}");
        queries.claim(first.get(4), "worker-1");
        assertThat(dispatch()).hasSize(1);
        assertThat(dispatch()).isEmpty();
    }

    @Test
    void jobsThatWaitForTheirResultTakeNoFreeSlot() {
        submit("ann", 30);
        queries.worker("worker-1", 2);
        for (int i = 0; i < 3; i++) {
            List<String> next = dispatch();
            assertThat(next).hasSizeGreaterThanOrEqualTo(2);
            next.forEach(job -> queries.claim(job, "worker-1"));
        }
    }

    @Test
    void allowsAsManyJobsAsWereClaimedInASecond() {
        submit("ann", 30);
        queries.announce("worker-1", 2, 10, null, null);
        queries.announce("worker-2", 2, 7, null, null);
        assertThat(dispatch()).hasSize(17);
        assertThat(dispatch()).isEmpty();
        // The claim rate of a worker that died since does not count.
        queries.jdbc().update("UPDATE workers SET told_at = now() - interval '6 s', claimed = 25");
        assertThat(dispatch()).isEmpty();
    }

    /** Under a held transaction, a count of the running jobs reads all that ended since. */
    @Test
    void countsRunningJobsOnlyWhenAsManyAsTheSlotsAreInFlight() throws Exception {
        submit("ann", 30);
        queries.worker("worker-1", 2);
        assertThat(countsOfRunningJobs()).isNotEmpty().containsOnly(0);
        dispatch();
        assertThat(countsOfRunningJobs()).contains(1);
    }

    /** How often a round runs each node of its plan that reads running jobs. */
    private List<Integer> countsOfRunningJobs() throws Exception {
        Map<String, Object> plan = queries.sql(
                        "EXPLAIN (ANALYZE, FORMAT JSON) " + Queries.text("claim-outbox"),
                        Map.of("minInFlight", 4, "batchSize", 1, "leaseSec", 20))
                .get(0);
        return new ObjectMapper()
                .readTree(plan.values().iterator().next().toString()).findParents("Index Name").stream()
                        .filter(node -> node.get("Index Name").asText().equals("jobs_running"))
                        .map(node -> node.get("Actual Loops").asInt())
                        .toList();
    }

    @Test
    void ignoresAnOutdatedClaimRate() {
        submit("ann", 30);
        queries.announce("worker-1", 2, 10, null, null);
        queries.jdbc().update("UPDATE workers SET told_at = now() - interval '6 s'");
        assertThat(dispatch()).hasSize(4);
    }

    @Test
    void ignoresDeadAndStoppingWorkers() {
        submit("ann", 30);
        queries.worker("worker-1", 5);
        queries.worker("worker-2", 2);
        queries.jdbc().update("UPDATE workers SET alive_until = now() - interval '1 ms' WHERE id = 'worker-1'");
        assertThat(dispatch()).hasSize(4);
        queries.worker("worker-2", 0);
        // The minimum applies, as without workers, but that many are already on their way.
        assertThat(dispatch()).isEmpty();
        assertThat(dispatch(6)).hasSize(2);
    }

    @Test
    void publishesAFewJobsBeforeTheFirstWorkerStarts() {
        submit("ann", 30);
        assertThat(dispatch()).hasSize(4);
        assertThat(dispatch()).isEmpty();
        queries.worker("worker-1", 6);
        assertThat(dispatch()).hasSize(8);
    }

    @Test
    void urgentJobsAndNewUsersGoNextInADeepBacklog() {
        submit("ann", 300);
        queries.worker("worker-1", 2);
        List<String> waiting = new ArrayList<>(dispatch());
        assertThat(waiting).hasSize(4);
        queries.claim(waiting.remove(0), "worker-1");
        queries.claim(waiting.remove(0), "worker-1");
        waiting.addAll(dispatch());

        String urgent = queries.submit("ann", Map.of("priority", "high"));
        String others = queries.submit("zoe");
        List<String> claimed = new ArrayList<>();
        while (!claimed.containsAll(List.of(urgent, others))) {
            endOne();
            String next = waiting.remove(0);
            queries.claim(next, "worker-1");
            claimed.add(next);
            waiting.addAll(dispatch());
            assertThat(waiting).hasSize(2);
        }
        // Two were on their way and two run at a time, so both start within two job durations.
        assertThat(claimed).hasSize(4).contains(urgent, others);
    }

    @Test
    void keepsTheOrderOfRescuedAndReleasedJobs() {
        List<String> jobs = submit("ann", 6);
        queries.worker("worker-1", 3);
        assertThat(dispatch()).containsExactlyElementsOf(jobs);
        queries.claim(jobs.get(1), "worker-1");
        queries.claim(jobs.get(3), "worker-2");
        queries.claim(jobs.get(4), "worker-2");
        queries.jdbc().update("UPDATE jobs SET lease_expires_at = now() - interval '1 s' WHERE worker_id = 'worker-1'");
        queries.rows(
                "release-jobs",
                Map.of(
                        "running",
                        "[{\"job_id\": \"%s\", \"attempt\": 1}, {\"job_id\": \"%s\", \"attempt\": 1}]"
                                .formatted(jobs.get(4), jobs.get(3)),
                        "workerId",
                        "worker-2"));
        queries.rows("rescue-jobs", Map.of("batchSize", "10"));
        List<String> later = submit("ann", 2);
        queries.worker("worker-1", 6);
        assertThat(dispatch()).containsExactly(jobs.get(1), jobs.get(3), jobs.get(4), later.get(0), later.get(1));
    }

    @Test
    void aMessageWaitingForBusyWorkersIsNotLost() {
        submit("ann", 4);
        queries.worker("worker-1", 2);
        dispatch();
        later("1 h");
        assertThat(republish()).isEmpty();
        // A slot that was free only briefly proves nothing, ...
        queries.announce("worker-1", 2, 0, 44.0, null);
        assertThat(republish()).isEmpty();
        // ... nor does the claim of a job that was published at about the same time.
        Double published = published(jobs().get(0));
        queries.announce("worker-1", 2, 1, null, published + LOST_AFTER_SEC - 1);
        assertThat(republish()).isEmpty();
    }

    @Test
    void aMessageThatNoFreeWorkerReceivedIsLost() {
        String jobId = submit("ann", 1).get(0);
        queries.worker("worker-2", 2);
        dispatch();
        queries.announce("worker-1", 2, 0, 46.0, null);
        later("44 s");
        assertThat(republish()).isEmpty();
        later("2 s");
        String before = queries.job("updated_at", jobId);
        assertThat(republish())
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("job_id", jobId)
                        .containsEntry("attempt", 1)
                        .containsEntry("republished", 1)
                        .containsKeys("traceparent", "user_id", "request_id", "message"));
        // The job is still queued and on its way: nothing has changed for its owner.
        assertThat(queries.job("updated_at", jobId)).isEqualTo(before);
        assertThat(queries.history(jobId)).containsExactly("QUEUED");
        assertThat(queries.count("outbox WHERE published_at > now() - interval '10 s'"))
                .isOne();
        assertThat(republish()).isEmpty();
    }

    @Test
    void aMessageOvertakenByMuchLaterOnesIsLost() {
        String jobId = submit("ann", 1).get(0);
        queries.worker("worker-1", 2);
        dispatch();
        later("46 s");
        String overtaking = submit("ann", 1).get(0);
        dispatch();
        Double reached = (Double) claim(overtaking).get("published_sec");
        queries.announce("worker-1", 2, 1, null, reached);
        assertThat(republish()).extracting(row -> row.get("job_id")).containsExactly(jobId);
    }

    @Test
    void aClaimReturnsThePublishTime() {
        String published = submit("ann", 1).get(0);
        dispatch();
        later("100 s");
        assertThat((Double) claim(published).get("published_sec")).isBetween(epoch() - 101, epoch() - 99);
        // Not confirmed yet: it was published just now.
        assertThat((Double) claim(submit("ann", 1).get(0)).get("published_sec")).isBetween(epoch() - 1, epoch());
        // The job ran before, so this may be an old message.
        queries.jdbc().update("UPDATE jobs SET lease_expires_at = now() - interval '1 s'");
        queries.rows("rescue-jobs", Map.of("batchSize", "10"));
        assertThat(claim(published)).containsEntry("attempt", 2).containsEntry("published_sec", null);
    }

    @Test
    void doublesThePauseEachTimeAMessageIsLost() {
        submit("ann", 1);
        queries.worker("worker-1", 2);
        dispatch();
        for (int factor : new int[] {1, 2, 4, 8, 16, 16}) {
            later(factor * LOST_AFTER_SEC - 1 + " s");
            queries.announce("worker-1", 2, 0, 3600.0, null);
            assertThat(republish()).isEmpty();
            later("2 s");
            assertThat(republish()).hasSize(1);
        }
        // The next wait starts anew.
        queries.claim(jobs().get(0), "worker-1");
        queries.jdbc().update("UPDATE jobs SET lease_expires_at = now() - interval '1 s'");
        queries.rows("rescue-jobs", Map.of("batchSize", "10"));
        assertThat(queries.outbox("republished", jobs().get(0))).isEqualTo("0");
    }

    @Test
    void nothingIsLostWithoutALiveWorker() {
        submit("ann", 3);
        dispatch();
        later("2 h");
        assertThat(republish()).isEmpty();
        queries.announce("worker-1", 2, 0, 3600.0, null);
        queries.jdbc().update("UPDATE workers SET alive_until = now() - interval '1 ms'");
        assertThat(republish()).isEmpty();
    }

    @Test
    void concurrentProcessesRepublishEachMessageOnce() throws Exception {
        submit("ann", 20);
        dispatch(20);
        later("60 s");
        queries.announce("worker-1", 2, 0, 60.0, null);
        List<Object> lost = Queries.race(6, this::republish).stream()
                .flatMap(List::stream)
                .map(row -> row.get("job_id"))
                .toList();
        assertThat(lost).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void deletesLongDeadWorkers() {
        queries.worker("worker-1", 2);
        queries.worker("worker-2", 2);
        queries.jdbc().update("UPDATE workers SET alive_until = now() - interval '2 min'");
        queries.worker("worker-2", 3);
        assertThat(queries.jdbc().queryForList("SELECT id || ' ' || slots FROM workers", String.class))
                .containsExactly("worker-2 3");
    }

    private List<String> submit(String user, int jobs) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            ids.add(queries.submit(user));
        }
        return ids;
    }

    private List<String> dispatch() {
        return dispatch(4);
    }

    /** Takes all publishable jobs and confirms them as published. */
    private List<String> dispatch(int minInFlight) {
        List<String> jobs = new ArrayList<>();
        for (List<String> round = round(minInFlight); !round.isEmpty(); round = round(minInFlight)) {
            jobs.addAll(round);
        }
        return jobs;
    }

    private List<String> round(int minInFlight) {
        List<String> jobs = new ArrayList<>();
        queries.rows("claim-outbox", Map.of("minInFlight", minInFlight, "batchSize", 64, "leaseSec", 20))
                .forEach(row -> {
                    jobs.add((String) row.get("job_id"));
                    queries.rows("confirm-published", Map.of("publishedIds", "{" + row.get("outbox_id") + "}"));
                });
        return jobs;
    }

    private List<Map<String, Object>> republish() {
        return queries.rows("republish-jobs", Map.of("messageLostAfterSec", LOST_AFTER_SEC, "batchSize", 100));
    }

    private Map<String, Object> claim(String jobId) {
        return queries.row("claim-job", Map.of("jobId", jobId, "workerId", "worker-1", "leaseSec", "30"));
    }

    /** The oldest running job ends. */
    private void endOne() {
        queries.succeed(
                queries.jdbc()
                        .queryForObject(
                                "SELECT id::text FROM jobs WHERE state = 'PROCESSING' ORDER BY updated_at LIMIT 1",
                                String.class),
                1,
                "{}");
    }

    private void later(String time) {
        queries.jdbc().update("UPDATE outbox SET published_at = published_at - cast(? AS interval)", time);
    }

    private List<String> jobs() {
        return queries.jdbc().queryForList("SELECT id::text FROM jobs ORDER BY id", String.class);
    }

    private Double published(String jobId) {
        return Double.valueOf(queries.outbox("extract(epoch FROM published_at)", jobId));
    }

    private double epoch() {
        return queries.jdbc().queryForObject("SELECT extract(epoch FROM now())::float8", Double.class);
    }
}
