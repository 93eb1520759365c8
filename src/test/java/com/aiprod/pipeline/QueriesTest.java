package com.aiprod.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Each statement under db/queries against a real PostgreSQL. */
class QueriesTest {

    private static NamedParameterJdbcTemplate database;

    @BeforeAll
    static void migrate() {
        var dataSource = new DriverManagerDataSource(EmbeddedDatabase.create());
        Flyway.configure().dataSource(dataSource).load().migrate();
        database = new NamedParameterJdbcTemplate(dataSource);
    }

    @Test
    void submitAcceptsAJob() throws IOException {
        Map<String, Object> row = query("submit-job", submission("ann", null)).get(0);
        assertThat(row).containsEntry("outcome", "created");
        Map<String, Object> claimed = query("claim-outbox", Map.of("maxInFlight", 10, "batchSize", 10, "leaseSec", 5))
                .get(0);
        System.out.println(claimed);
        var v = new LinkedHashMap<String, Object>(Map.of("jobId", row.get("job_id"), "workerId", "w", "leaseSec", 30));
        System.out.println(query("claim-job", v));
        System.out.println(query("read-job", v));
    }

    private static Map<String, Object> submission(String userId, String key) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("userId", userId);
        values.put("idempotencyKey", key);
        values.put("requestHash", "hash");
        values.put("content", "A video about the sea");
        values.put("preset", "quick_social");
        values.put("priority", "low");
        values.put("lang", "en");
        values.put("durationSec", 10);
        values.put("metadata", "{\"b\": 1, \"a\": 2}");
        values.put("requestId", "r1");
        values.put("traceparent", null);
        return values;
    }

    private static List<Map<String, Object>> query(String name, Map<String, Object> values) throws IOException {
        String sql = new ClassPathResource("db/queries/" + name + ".sql").getContentAsString(StandardCharsets.UTF_8);
        return database.queryForList(sql.replace(":?", ":"), values);
    }
}
