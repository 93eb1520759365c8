package com.aiprod.pipeline.system.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DeployedDatabase;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.aiprod.pipeline.system.User;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The application with a database role that owns nothing, behind PgBouncer in transaction mode. */
class PoolerIT {

    private static final int JOBS = 200;

    @Test
    void runsJobsThroughATransactionPooler(@TempDir Path artifacts) throws Exception {
        assumeThat(PgBouncer.program())
                .as("PgBouncer (Debian package pgbouncer) is not installed, so this test is skipped")
                .isPresent();
        try (PgBouncer pooler = PgBouncer.before(DeployedDatabase.administrator(), "aiprod");
                EmbeddedPubSub pubSub = EmbeddedPubSub.start();
                ConfigurableApplicationContext application = start(pooler, pubSub, artifacts)) {
            JdbcTemplate jdbc = new JdbcTemplate(application.getBean(DataSource.class));
            assertThat(jdbc.queryForObject("SHOW statement_timeout", String.class))
                    .isEqualTo("10s");
            assertThat(jdbc.queryForObject("SELECT current_user", String.class)).isEqualTo("aiprod");

            User alice = User.of(
                    application.getEnvironment().getRequiredProperty("local.server.port", Integer.class), "alice");
            assertThat(User.atOnce(
                            JOBS, 8, () -> alice.submit("{\"content\":\"x\"}").statusCode()))
                    .containsOnly(202);
            JdbcTemplate past = new JdbcTemplate(new DriverManagerDataSource(DeployedDatabase.administrator()));
            Awaitility.await("all jobs end")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> past.queryForObject(
                                    "SELECT count(*) FROM jobs WHERE user_id = ? AND state = 'COMPLETED'",
                                    Integer.class,
                                    alice.id())
                            == JOBS);
            Awaitility.await("a new slice of the outbox, begun by a role without privileges for sequences")
                    .until(() -> past.queryForObject("SELECT slice FROM dispatch_turn", Integer.class) > 1);
        }
    }

    private static ConfigurableApplicationContext start(PgBouncer pooler, EmbeddedPubSub pubSub, Path artifacts) {
        Map<String, Object> settings = new HashMap<>(DevelopmentTokens.settings());
        settings.put("server.port", "0");
        settings.put("management.server.port", "0");
        settings.put("spring.datasource.url", pooler.jdbcUrl());
        settings.put("aiprod.database.pooler", "transaction");
        settings.put("aiprod.schema", "check");
        settings.put("aiprod.pipeline.route", "echo");
        settings.put("aiprod.max-active-jobs", JOBS);
        settings.put("aiprod.dispatcher.slice-rows", JOBS / 2);
        settings.put("google.cloud.project", "pooler-it");
        settings.put("aiprod.pubsub.emulator-host", pubSub.endpoint());
        settings.put("aiprod.artifacts-dir", artifacts.toString());
        settings.put("aiprod.worker.shutdown-grace", "1s");
        return new SpringApplication(PipelineApplication.class)
                .run(settings.entrySet().stream()
                        .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                        .toArray(String[]::new));
    }
}
