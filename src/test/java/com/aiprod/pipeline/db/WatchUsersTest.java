package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** watch-users.sql against a real PostgreSQL. */
class WatchUsersTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void changesTheVersionWithEachChangeOfAJob() {
        List<String> versions = new ArrayList<>(List.of(version("ann")));
        String jobId = queries.submit("ann");
        versions.add(version("ann"));
        int attempt = queries.claim(jobId, "worker-1");
        versions.add(version("ann"));
        queries.jdbc().update("UPDATE jobs SET progress_stage = 'render', progress_percent = 40");
        versions.add(version("ann"));
        queries.jdbc().update("UPDATE jobs SET progress_percent = 41");
        versions.add(version("ann"));
        queries.succeed(jobId, attempt, "{}");
        versions.add(version("ann"));
        assertThat(versions).doesNotHaveDuplicates();
        assertThat(version("ann")).isEqualTo(versions.get(versions.size() - 1));
    }

    @Test
    void keepsTheVersionWhileOthersSubmitAndLeasesAreRenewed() {
        queries.claim(queries.submit("ann"), "worker-1");
        String before = version("ann");
        queries.submit("bob");
        queries.jdbc().update("UPDATE jobs SET lease_expires_at = now() + interval '1 hour' WHERE user_id = 'ann'");
        assertThat(version("ann")).isEqualTo(before);
    }

    @Test
    void seesAJobThatIsNotAmongTheNewest() {
        String old = queries.submit("ann");
        for (int i = 0; i < 30; i++) {
            queries.submit("ann");
        }
        String before = version("ann");
        queries.claim(old, "worker-1");
        assertThat(version("ann")).isNotEqualTo(before);
    }

    @Test
    void trustsNoVersionOfAUserWithMoreUnendedJobsThanItCovers() {
        for (int i = 0; i < 101; i++) {
            queries.submit("ann");
        }
        assertThat(version("ann")).isNotEqualTo(version("ann"));
    }

    @Test
    void returnsARowForEachUser() {
        queries.submit("ann");
        assertThat(queries.rows("watch-users", Map.of("users", "[\"ann\", \"bob\", \"a\\\"b\"]")))
                .extracting(row -> row.get("user_id"))
                .containsExactlyInAnyOrder("ann", "bob", "a\"b");
    }

    private String version(String user) {
        return queries.rows("watch-users", Map.of("users", "[\"" + user + "\"]"))
                .get(0)
                .get("version")
                .toString();
    }
}
