package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups of dead letters, and describe-revision.sql, against a real PostgreSQL. */
class DeadLetterGroupsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void groupsByCodePlaceAndErrorWithoutItsNumbers() throws Exception {
        for (int i = 0; i < 3; i++) {
            letter("MODEL_BUSY", "Order " + UUID.randomUUID() + " waits since " + i + " s", "video", "call-model");
        }
        letter("MODEL_BUSY", "Order 1 waits since 2 s", "video", "call-other");
        letter("MODEL_BUSY", "Something else", "video", "call-model");
        letter("OTHER", "Order 1 waits since 2 s", "video", "call-model");
        JsonNode groups = groups();
        assertThat(groups.path("count").asInt()).isEqualTo(6);
        assertThat(groups.path("more_groups").asInt()).isZero();
        assertThat(groups.path("groups")).hasSize(4);
        JsonNode largest = groups.path("groups").path(0);
        assertThat(largest.path("count").asInt()).isEqualTo(3);
        assertThat(largest.path("error_code").asText()).isEqualTo("MODEL_BUSY");
        assertThat(largest.path("step").asText()).isEqualTo("call-model");
        assertThat(largest.path("file").asText()).isEqualTo("a.camel.yaml");
        assertThat(largest.path("line").asInt()).isEqualTo(41);
        assertThat(largest.path("redrivable").asBoolean()).isTrue();
        assertThat(largest.path("retryable").asBoolean()).isTrue();
        assertThat(largest.path("first_at").asText())
                .isLessThanOrEqualTo(largest.path("last_at").asText());
    }

    @Test
    void redrivesAndDiscardsAGroupUpToTheLimit() throws Exception {
        List<String> letters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            letters.add(letter("MODEL_BUSY", "It broke " + i, "video", "call-model"));
        }
        letter("OTHER", "It broke.", "video", "call-model");
        String group = group("MODEL_BUSY");
        assertThat(change("redrive-dead-letters", "group", group, 2)).containsExactlyElementsOf(letters.subList(0, 2));
        assertThat(groups().path("groups").path(0).path("count").asInt()).isEqualTo(3);
        assertThat(change("discard-dead-letters", "group", group, 100)).hasSize(3);
        assertThat(groups().path("groups")).hasSize(1);
        assertThat(change("redrive-dead-letters", "group", group, 100)).isEmpty();
    }

    @Test
    void redrivesAndDiscardsSomeByTheirIds() {
        List<String> letters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            letters.add(letter("MODEL_BUSY", "It broke.", "video", "call-model"));
        }
        String ids = "{" + letters.get(1) + "," + letters.get(3) + "," + UUID.randomUUID() + "}";
        assertThat(change("redrive-dead-letters", "letterIds", ids, 100))
                .containsExactly(letters.get(1), letters.get(3));
        assertThat(change("redrive-dead-letters", "letterIds", ids, 100)).isEmpty();
        assertThat(change("discard-dead-letters", "letterIds", ids, 100)).isEmpty();
        assertThat(change("discard-dead-letters", "letterIds", "{" + letters.get(0) + "}", 100))
                .containsExactly(letters.get(0));
        assertThat(queries.count("dead_letters WHERE redriven_at IS NULL AND discarded_at IS NULL"))
                .isOne();
    }

    @Test
    void listsOnlyWaitingLettersOfAGroup() throws Exception {
        String first = letter("MODEL_BUSY", "It broke.", "video", "call-model");
        String second = letter("MODEL_BUSY", "It broke.", "video", "call-model");
        letter("OTHER", "It broke.", "video", "call-model");
        change("redrive-dead-letters", "letterIds", "{" + first + "}", 1);
        List<Map<String, Object>> rows =
                queries.rows("list-dead-letters", Map.of("group", group("MODEL_BUSY"), "rows", 9));
        assertThat(rows).extracting(row -> row.get("id")).containsExactly(second);
        assertThat(rows.get(0)).containsEntry("step", "call-model").containsEntry("line", 41);
        assertThat(queries.rows("list-dead-letters", Map.of("rows", 9))).hasSize(3);
    }

    @Test
    void countsFailuresOfAPipelineByStep() throws Exception {
        queries.jdbc().update("""
                INSERT INTO pipeline_revisions (pipeline, revision, files, presets) VALUES
                    ('video', '000000000001', '{"a.camel.yaml": {"location": "a", "text": "[]"}}', '[]')
                """);
        letter("MODEL_BUSY", "It broke.", "video", "call-model");
        letter("OTHER", "It broke.", "video", "call-model");
        letter("OTHER", "It broke.", "generate", "call-model");
        String old = letter("OTHER", "It broke.", "video", "call-model");
        queries.jdbc().update("UPDATE dead_letters SET created_at = now() - interval '25 h' WHERE id = ?::uuid", old);
        JsonNode revision =
                JSON.readTree(queries.row("describe-revision", Map.of("pipeline", "video", "revision", "000000000001"))
                        .get("document")
                        .toString());
        assertThat(revision.path("live").asBoolean()).isFalse();
        assertThat(revision.path("failures")).hasSize(1);
        assertThat(revision.path("failures").path(0).path("step").asText()).isEqualTo("call-model");
        assertThat(revision.path("failures").path(0).path("count").asInt()).isEqualTo(2);
        assertThat(revision.path("files").path("a.camel.yaml").path("text").asText())
                .isEqualTo("[]");
        assertThat(queries.rows("describe-revision", Map.of("pipeline", "video", "revision", "x")))
                .isEmpty();
    }

    private String letter(String code, String error, String pipeline, String step) {
        String job = queries.submit("ann");
        int attempt = queries.claim(job, "w");
        queries.fail(job, attempt, code);
        Map<String, Object> letter = Queries.variables(
                "jobId", job, "attempt", attempt, "messageId", UUID.randomUUID().toString(), "errorCode", code);
        letter.putAll(Map.of("reason", "r", "error", error, "attempts", 1, "metadata", "{}", "pipeline", pipeline));
        letter.putAll(Map.of("step", step, "file", "a.camel.yaml", "line", 41, "route", "render-video"));
        return (String) queries.row("record-dead-letter", letter).get("id");
    }

    private JsonNode groups() throws Exception {
        return JSON.readTree(
                (String) queries.row("list-dead-letter-groups", Map.of()).get("document"));
    }

    private String group(String code) {
        return queries.jdbc()
                .queryForObject("SELECT DISTINCT group_id FROM dead_letters WHERE error_code = ?", String.class, code);
    }

    private List<String> change(String statement, String name, String value, int limit) {
        return queries.rows(statement, Map.of(name, value, "userId", "op", "limit", limit)).stream()
                .map(row -> (String) row.get("id"))
                .toList();
    }
}
