package com.aiprod.pipeline.system.console;

import com.aiprod.pipeline.system.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.springframework.jdbc.core.JdbcTemplate;

/** Jobs that failed, with their dead letters, for the tests of operators' pages. */
final class FailedJobs {

    private final JdbcTemplate database;

    FailedJobs(JdbcTemplate database) {
        this.database = database;
    }

    /** Submits some jobs that fail, waits for their dead letters, and returns their IDs. */
    List<String> of(User api, int count) throws Exception {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(submit(api, "{\"script\": \"fail\"}"));
        }
        for (String job : jobs) {
            api.await(job, "FAILED");
            letterOf(job);
        }
        return jobs;
    }

    /** Submits a job of the preset {@code scripted}, and returns its ID. */
    static String submit(User api, String metadata) throws Exception {
        String request = "{\"content\":\"A tide comes in.\",\"preset\":\"scripted\",\"metadata\":" + metadata + "}";
        return User.json(api.submit(request)).path("job_id").asText();
    }

    /** Waits for the dead letter of a job, and returns its ID. */
    String letterOf(String job) {
        return Awaitility.await()
                .until(
                        () -> database.queryForList(
                                "SELECT cast(id AS text) FROM dead_letters WHERE job_id = cast(? AS uuid)"
                                        + " AND message_id NOT LIKE 'result:%'",
                                String.class, job),
                        ids -> ids.size() == 1)
                .get(0);
    }

    /** Gives the dead letters of these jobs a code of their own, and removes the cause of their failure. */
    String recode(List<String> jobs, String error) {
        String code = "CODE_" + UUID.randomUUID().toString().substring(0, 8).toUpperCase(Locale.ROOT);
        for (String job : jobs) {
            database.update("UPDATE jobs SET metadata = '{}' WHERE id = cast(? AS uuid)", job);
            database.update(
                    "UPDATE dead_letters SET error_code = ?, error = ? WHERE job_id = cast(? AS uuid)",
                    code,
                    error,
                    job);
        }
        return code;
    }
}
