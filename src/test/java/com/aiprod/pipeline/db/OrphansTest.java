package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which process searches for orphaned files, and when: begin-orphan-search.sql. */
class OrphansTest {

    private static final Map<String, Object> HOURLY = Map.of("intervalSec", 3600.0);

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.jdbc().update("DELETE FROM chores");
    }

    @Test
    void oneOfManyProcessesSearchesOncePerInterval() throws Exception {
        for (int round = 0; round < 3; round++) {
            assertThat(Queries.race(8, () -> queries.rows("begin-orphan-search", HOURLY)).stream()
                            .flatMap(List::stream))
                    .hasSize(1);
            queries.jdbc().update("UPDATE chores SET due_at = due_at - interval '1 hour'");
        }
    }
}
