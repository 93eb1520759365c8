package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** publish-revision.sql, go-back-to-revision.sql, and retire-pipeline.sql against a real PostgreSQL. */
class RevisionsTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void filesThatWereRevertedWhileNoWorkerRanAreNoLongerRefused() throws Exception {
        publishRevision("own", "aaaaaaaaaaaa", null);
        publishRevision("own", "bbbbbbbbbbbb", "[]");
        assertThat(refused()).isEqualTo(Map.of("own", 1));

        // It may still mount the files of before.
        publishRevision("own", "aaaaaaaaaaaa", null);
        assertThat(refused()).isEqualTo(Map.of("own", 1));

        queries.jdbc().update("UPDATE pipelines SET refused_at = now() - interval '6 min'");
        publishRevision("own", "bbbbbbbbbbbb", "[]");
        assertThat(refused()).isEqualTo(Map.of("own", 1));
        publishRevision("own", "aaaaaaaaaaaa", null);
        assertThat(refused()).isEqualTo(Map.of("own", 0));
    }

    @Test
    void aPipelineIsRetiredWithItsFilesAlsoAfterGoingBack() {
        publishRevision("own", "aaaaaaaaaaaa", null);
        String since = (String) publishRevision("own", "bbbbbbbbbbbb", null).get("at");
        queries.row("go-back-to-revision", Map.of("pipeline", "own", "revision", "aaaaaaaaaaaa", "userId", "olga"));
        assertThat(live()).isEqualTo("aaaaaaaaaaaa");

        assertThat(queries.row("retire-pipeline", Map.of("pipeline", "own", "since", since)))
                .containsEntry("outcome", "retired");
        assertThat(live()).isNull();
    }

    @Test
    void aPipelineThatAnotherWorkerHasNewFilesOfIsNotRetired() {
        String since = (String) publishRevision("own", "aaaaaaaaaaaa", null).get("at");
        publishRevision("own", "bbbbbbbbbbbb", null);

        assertThat(queries.row("retire-pipeline", Map.of("pipeline", "own", "since", since)))
                .containsEntry("outcome", "known");
        assertThat(live()).isEqualTo("bbbbbbbbbbbb");
    }

    private String live() {
        return queries.jdbc().queryForObject("SELECT live_revision FROM pipelines WHERE name = 'own'", String.class);
    }

    private Map<String, Integer> refused() throws Exception {
        return new ObjectMapper()
                .readValue(
                        (String) queries.row("measure-backlog", Map.of()).get("pipelines_refused"),
                        new TypeReference<Map<String, Integer>>() {});
    }

    /** As a worker that starts. */
    private Map<String, Object> publishRevision(String pipeline, String revision, String faults) {
        Map<String, Object> variables =
                new HashMap<>(Map.of("pipeline", pipeline, "revision", revision, "files", "{}", "presets", "[]"));
        variables.put("faults", faults);
        variables.put("since", null);
        return queries.row("publish-revision", variables);
    }
}
