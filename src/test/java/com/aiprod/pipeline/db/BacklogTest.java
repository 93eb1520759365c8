package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.kubernetes.Overlay;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The query by which workers are scaled, as it stands in {@code k8s/}, against a real PostgreSQL. */
class BacklogTest {

    private static final String QUERY = Overlay.GKE
            .one("ScaledObject", "worker")
            .at("/spec/triggers/0/metadata/query")
            .asText();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void nothingToDoLetsAllWorkersGo() {
        String completed = queries.submit("ann");
        queries.succeed(completed, queries.claim(completed, "worker-1"), "{}");
        assertThat(backlog()).isZero();
    }

    @Test
    void countsWhatWaitsAndWhatRuns() {
        queries.submit("ann");
        queries.submit("bob");
        queries.claim(queries.submit("ann"), "worker-1");
        assertThat(backlog()).isEqualTo(3);
    }

    /** A connection of its own, since the setting is the connection's. */
    @Test
    void canBeAnsweredFromIndexes() {
        List<String> plan = queries.jdbc().execute((ConnectionCallback<List<String>>) connection -> {
            var jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            jdbc.execute("SET enable_seqscan = off");
            try {
                return jdbc.queryForList("EXPLAIN " + QUERY, String.class);
            } finally {
                jdbc.execute("RESET enable_seqscan");
            }
        });
        assertThat(plan).isNotEmpty().noneMatch(line -> line.contains("Seq Scan"));
    }

    private int backlog() {
        Integer backlog = queries.jdbc().queryForObject(QUERY, Integer.class);
        assertThat(backlog).isNotNull();
        return backlog;
    }
}
