package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several requests in one call of submit-job.sql: each has the verdict that it would have alone. */
class SubmitTogetherTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
        queries.jdbc().update("DELETE FROM quotas");
        queries.jdbc().update("DELETE FROM webhook_secrets");
    }

    @Test
    void acceptsEachRequestWithItsOwnValues() {
        List<Map<String, Object>> rows = submit(
                Map.of("content", List.of("sea", "sky", "sun"), "durationSec", List.of(5, 6, 7)), "ann", "bob", "ann");
        assertThat(outcomes(rows)).containsExactly("created", "created", "created");
        assertThat(new HashSet<>(ids(rows))).hasSize(3);
        assertThat(queries.job("user_id", ids(rows).get(1))).isEqualTo("bob");
        assertThat(queries.job("content", ids(rows).get(1))).isEqualTo("sky");
        assertThat(queries.job("duration_sec", ids(rows).get(2))).isEqualTo("7");
        assertThat(queries.count("outbox")).isEqualTo(3);
        assertThat(queries.count("job_states")).isEqualTo(3);
    }

    @Test
    void createsOneJobForAKeyHoweverOftenItComes() {
        List<Map<String, Object>> rows = submit(
                Map.of(
                        "idempotencyKey", List.of("key", "key", "key", "key"),
                        "requestHash", List.of("one", "two", "one", "one"),
                        "submitRate", 10),
                "ann",
                "ann",
                "ann",
                "bob");
        assertThat(outcomes(rows)).containsExactly("created", "conflict", "replayed", "created");
        assertThat(ids(rows).get(2))
                .isEqualTo(ids(rows).get(0))
                .isNotEqualTo(ids(rows).get(3));
        assertThat(rows.get(2)).containsEntry("created_at", rows.get(0).get("created_at"));
        assertThat(queries.count("jobs")).isEqualTo(2);
        assertThat(queries.jdbc().queryForObject("SELECT submissions FROM quotas WHERE user_id = 'ann'", Integer.class))
                .isOne();

        List<Map<String, Object>> later = submit(
                Map.of("idempotencyKey", List.of("key", "key"), "requestHash", List.of("one", "two")), "ann", "ann");
        assertThat(outcomes(later)).containsExactly("replayed", "conflict");
    }

    @Test
    void limitsTheRateExactly() {
        List<Map<String, Object>> rows =
                submit(Map.of("submitRate", 2, "maxActiveJobs", 0), "ann", "bob", "ann", "ann", "bob", "ann");
        assertThat(outcomes(rows)).containsExactly("created", "created", "created", "too-fast", "created", "too-fast");
        assertThat(rows.get(0)).containsEntry("submissions_left", 1);
        assertThat(rows.get(2)).containsEntry("submissions_left", 0);
        assertThat(outcomes(submit(Map.of("submitRate", 3), "ann", "ann"))).containsExactly("created", "too-fast");
    }

    @Test
    void limitsActiveJobsExactly() {
        submit(Map.of("maxActiveJobs", 3), "ann");
        List<Map<String, Object>> rows = submit(Map.of("maxActiveJobs", 3), "ann", "bob", "ann", "ann");
        assertThat(outcomes(rows)).containsExactly("created", "created", "created", "too-many-active");
        assertThat(rows.get(0)).containsEntry("active_left", 1);
        assertThat(rows.get(2)).containsEntry("active_left", 0);
        assertThat(outcomes(submit(Map.of("maxActiveJobs", 4), "ann", "ann")))
                .containsExactly("created", "too-many-active");
    }

    @Test
    void givesARejectedKeyToNobody() {
        assertThat(outcomes(submit(
                        Map.of("submitRate", 1, "idempotencyKey", Arrays.asList(null, "key", "key")),
                        "ann",
                        "ann",
                        "ann")))
                .containsExactly("created", "too-fast", "too-fast");
        assertThat(queries.count("idempotency_keys")).isZero();
    }

    @Test
    void createsTheSecretOfAUserOnce() {
        submit(
                Map.of(
                        "callbackUrl",
                        List.of("https://example.com/1", "https://example.com/2", "https://example.com/3")),
                "ann",
                "ann",
                "bob");
        assertThat(queries.count("webhook_secrets")).isEqualTo(2);
    }

    /** @param values lists with a value for each user, or a value for all */
    private List<Map<String, Object>> submit(Map<String, Object> values, String... users) {
        Map<String, Object> submissions = Queries.submission("", values);
        submissions.put("userId", List.of(users));
        submissions.replaceAll((name, value) -> value instanceof List
                        || Stream.of("maxActiveJobs", "submitRate").anyMatch(name::equals)
                ? value
                : new ArrayList<>(Collections.nCopies(users.length, value)));
        List<Map<String, Object>> rows = new ArrayList<>(queries.sql(Queries.text("submit-job"), submissions));
        rows.sort((one, other) -> Long.compare((Long) one.get("n"), (Long) other.get("n")));
        assertThat(rows).hasSize(users.length);
        return rows;
    }

    private static List<Object> outcomes(List<Map<String, Object>> rows) {
        return rows.stream().map(row -> row.get("outcome")).toList();
    }

    private static List<String> ids(List<Map<String, Object>> rows) {
        return rows.stream().map(row -> (String) row.get("job_id")).toList();
    }
}
