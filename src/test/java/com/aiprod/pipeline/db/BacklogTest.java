package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.kubernetes.Overlay;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The query in {@code k8s/} that scales the workers, against a real PostgreSQL. */
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
    void isZeroWithoutJobs() {
        String completed = queries.submit("ann");
        queries.succeed(completed, queries.claim(completed, "worker-1"), "{}");
        assertThat(backlog()).isZero();
    }

    @Test
    void countsQueuedAndRunningJobs() {
        queries.submit("ann");
        queries.submit("bob");
        queries.claim(queries.submit("ann"), "worker-1");
        assertThat(backlog()).isEqualTo(3);
    }

    /** Uses its own connection because the setting belongs to the connection. */
    @Test
    void readsIndexesOnly() {
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
