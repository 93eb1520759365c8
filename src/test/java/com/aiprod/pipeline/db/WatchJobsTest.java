package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** watch-jobs.sql against a real PostgreSQL. */
class WatchJobsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();
    private final Map<String, String> seen = new LinkedHashMap<>();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void returnsAJobOnTheFirstCall() throws Exception {
        String jobId = queries.submit("ann");
        Map<String, Object> row = changed(jobId);
        assertThat(row)
                .containsEntry("job_id", jobId)
                .containsEntry("user_id", "ann")
                .containsEntry("ended", false)
                .containsEntry("progress", null);
        assertThat(states(row)).containsExactly("QUEUED");
    }

    @Test
    void returnsEachChangeOnce() throws Exception {
        String jobId = queries.submit("ann");
        changed(jobId);
        assertUnchanged();
        int attempt = queries.claim(jobId, "worker-1");
        assertThat(states(changed(jobId))).containsExactly("QUEUED", "PROCESSING");
        assertUnchanged();
        queries.jdbc().update("UPDATE jobs SET lease_expires_at = now() + interval '1 hour'");
        assertUnchanged();
        report(40);
        Map<String, Object> row = changed(jobId);
        assertThat(JSON.readTree((String) row.get("progress")))
                .isEqualTo(JSON.readTree("{\"stage\": \"render\", \"percent\": 40}"));
        assertUnchanged();
        report(41);
        changed(jobId);
        queries.succeed(jobId, attempt, "{}");
        row = changed(jobId);
        assertThat(states(row)).containsExactly("QUEUED", "PROCESSING", "COMPLETED");
        assertThat(row).containsEntry("ended", true).containsEntry("progress", null);
        assertUnchanged();
    }

    @Test
    void returnsStatesPassedBetweenCalls() throws Exception {
        String jobId = queries.submit("ann");
        for (int attempt = 1; attempt <= 3; attempt++) {
            changed(jobId);
            queries.claim(jobId, "worker-1");
            queries.jdbc().update("UPDATE jobs SET lease_expires_at = now() - interval '1 s'");
            queries.rows("rescue-jobs", Map.of("batchSize", "10"));
        }
        assertThat(states(changed(jobId)))
                .containsExactly("QUEUED", "PROCESSING", "QUEUED", "PROCESSING", "QUEUED", "PROCESSING", "QUEUED");
    }

    @Test
    void measuresProgressTimeFromItsState() {
        String jobId = queries.submit("ann");
        queries.claim(jobId, "worker-1");
        queries.jdbc().update("UPDATE jobs SET created_at = created_at - interval '1 hour'");
        report(40);
        queries.jdbc()
                .update("UPDATE jobs SET updated_at = (SELECT max(entered_at) FROM job_states) + interval '1.5 s'");
        assertThat(changed(jobId)).containsEntry("progress_ms", 1500L);
    }

    @Test
    void reportsADeletedJob() {
        String jobId = queries.submit("ann");
        changed(jobId);
        queries.empty();
        assertThat(changed(jobId)).containsEntry("user_id", null);
        seen.clear();
        String unknown = UUID.randomUUID().toString();
        seen.put(unknown, null);
        assertThat(changed(unknown)).containsEntry("user_id", null);
    }

    @Test
    void returnsChangedJobsOnly() throws Exception {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String jobId = queries.submit("user-" + i);
            jobs.add(jobId);
            changed(jobId);
        }
        queries.claim(jobs.get(3), "worker-1");
        queries.claim(jobs.get(7), "worker-1");
        assertThat(watch()).extracting(row -> row.get("job_id")).containsExactlyInAnyOrder(jobs.get(3), jobs.get(7));
    }

    @Test
    void findsJobsByThePrimaryKeyInALargeTable() {
        queries.jdbc()
                .update("INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec)"
                        + " SELECT uuid_v7(), 'ann', 'x', 'quick_social', 'low', 'en', 10"
                        + " FROM generate_series(1, 20000)");
        queries.jdbc().execute("ANALYZE jobs");
        String plan = String.join(
                "\n",
                queries.sql("EXPLAIN " + Queries.text("watch-jobs"), Map.of("watched", "[]")).stream()
                        .map(row -> String.valueOf(row.values().iterator().next()))
                        .toList());
        assertThat(plan).contains("jobs_pkey").doesNotContain("Seq Scan on jobs");
    }

    private void report(int percent) {
        queries.jdbc()
                .update("UPDATE jobs SET progress_stage = 'render', progress_percent = ?, updated_at = now()", percent);
    }

    /** Returns the only changed row, which must be of this job, and marks it as seen. */
    private Map<String, Object> changed(String jobId) {
        seen.putIfAbsent(jobId, null);
        List<Map<String, Object>> rows = watch();
        assertThat(rows).singleElement().satisfies(row -> assertThat(row).containsEntry("job_id", jobId));
        seen.put(jobId, (String) rows.get(0).get("version"));
        return rows.get(0);
    }

    private void assertUnchanged() {
        assertThat(watch()).isEmpty();
    }

    private List<Map<String, Object>> watch() {
        List<Map<String, String>> watched = new ArrayList<>();
        seen.forEach((jobId, version) -> {
            Map<String, String> job = new LinkedHashMap<>();
            job.put("job_id", jobId);
            job.put("version", version);
            watched.add(job);
        });
        try {
            return queries.rows("watch-jobs", Map.of("watched", JSON.writeValueAsString(watched)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> states(Map<String, Object> row) throws JsonProcessingException {
        List<String> states = new ArrayList<>();
        for (String line : ((String) row.get("states")).split("\n", -1)) {
            JsonNode entry = JSON.readTree(line);
            assertThat(entry.fieldNames()).toIterable().containsExactly("state", "entered_at", "metadata");
            states.add(entry.path("state").asText());
        }
        return states;
    }
}
