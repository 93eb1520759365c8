package com.aiprod.pipeline.system.failures;

import static com.aiprod.pipeline.system.User.problem;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import com.aiprod.pipeline.system.User;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** PostgreSQL is up but rejects or delays statements: clients see nothing worse than a 503, and the 503 is true. */
@SpringBootTest(
        classes = PipelineApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "aiprod.pipeline.route=echo",
            "aiprod.database.statement-timeout=5s",
            "aiprod.database.lock-timeout=3s",
            "spring.datasource.hikari.connection-timeout=2500",
            "spring.datasource.hikari.data-source-properties.socketTimeout=8"
        })
@ContextConfiguration(initializers = {EmbeddedServices.class, DevelopmentTokens.class})
@DirtiesContext
@ExtendWith(OutputCaptureExtension.class)
class TiredDatabaseIT {

    private static final String DATABASE = EmbeddedDatabase.create();

    /** An administrator connection; its sessions ignore the settings of {@link #alter}. */
    private final JdbcTemplate jdbc = new JdbcTemplate(
            new DriverManagerDataSource(
                    DATABASE
                            + "&options=-c%20default_transaction_read_only=off%20-c%20default_transaction_isolation=read%5C%20committed"));

    @LocalServerPort
    private int port;

    @LocalManagementPort
    private int managementPort;

    private User alice;

    @DynamicPropertySource
    static void services(DynamicPropertyRegistry settings) {
        settings.add("spring.datasource.url", () -> DATABASE);
    }

    @BeforeEach
    void awaitHealthy() {
        alice = User.of(port, "alice");
        new Health(managementPort).awaitReadiness("UP");
        alice.awaitService();
    }

    @AfterEach
    void reset() {
        alter("RESET ALL");
        endSessions();
    }

    @Test
    void evictsReadOnlySessionsAfterAFailover(CapturedOutput log) throws Exception {
        alice.await(alice.start("none"), "COMPLETED");
        alter("SET default_transaction_read_only = on");
        endSessions();
        int before = log.length();

        new Health(managementPort).awaitReadiness("DOWN");
        for (int i = 0; i < 20; i++) {
            assertUnavailable(submit("x"));
        }

        alter("RESET default_transaction_read_only");
        new Health(managementPort).awaitReadiness("UP");
        alice.awaitService();
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            answers.add(submit("x").statusCode());
        }
        assertThat(answers).containsOnly(202);
        alice.await(alice.start("none"), "COMPLETED");
        assertThat(log.toString().substring(before).lines().filter(line -> line.contains("will try again")))
                .as("lines of background routes")
                .hasSizeLessThan(20);
    }

    @Test
    void doesNotAcceptASubmissionAfterA503() throws Exception {
        String marker = "A text that nobody else submits.";
        try (Connection operator = DriverManager.getConnection(DATABASE);
                Statement statement = operator.createStatement()) {
            operator.setAutoCommit(false);
            statement.execute("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE");
            User.atOnce(12, 12, () -> submit(marker)).forEach(TiredDatabaseIT::assertUnavailable);
            operator.commit();
        }
        Awaitility.await("the end of the statement on the server")
                .atMost(Duration.ofSeconds(30))
                .until(() -> jdbc.queryForObject(
                                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                        + " AND state = 'active' AND query LIKE '%admit_submission%'"
                                        + " AND pid <> pg_backend_pid()",
                                Integer.class)
                        == 0);
        assertThat(jdbc.queryForObject("SELECT count(*) FROM jobs WHERE content = ?", Integer.class, marker))
                .isZero();
    }

    @Test
    void returns503AfterALockTimeout(CapturedOutput log) throws Exception {
        String job = alice.start("none");
        alice.await(job, "COMPLETED");
        try (Connection operator = DriverManager.getConnection(DATABASE);
                Statement statement = operator.createStatement()) {
            operator.setAutoCommit(false);
            statement.execute("SELECT FROM jobs WHERE id = '" + job + "' FOR UPDATE");
            assertEndedByLockTimeout(
                    User.send(alice.request("/pipeline/job/" + job + "/cancel").POST(BodyPublishers.noBody())), log);
            statement.execute("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE");
            assertEndedByLockTimeout(submit("x"), log);
            assertEndedByLockTimeout(alice.get("/pipeline/jobs"), log);
        }
    }

    /** A statement timeout, which would come later, has the same answer. */
    private static void assertEndedByLockTimeout(HttpResponse<String> answer, CapturedOutput log) {
        assertUnavailable(answer);
        assertThat(log.toString().lines())
                .filteredOn(line -> line.contains(
                        answer.headers().firstValue("X-Request-Id").orElseThrow()))
                .anyMatch(line -> line.contains("lock timeout"))
                .noneMatch(line -> line.contains("statement timeout"));
    }

    @Test
    void overridesTheIsolationLevelOfTheDatabase() throws Exception {
        for (String level : List.of("repeatable read", "serializable")) {
            alter("SET default_transaction_isolation = '" + level + "'");
            endSessions();
            new Health(managementPort).awaitReadiness("UP");
            alice.awaitService();
            assertThat(User.atOnce(80, 8, () -> submit("x").statusCode()))
                    .as(level)
                    .containsOnly(202);
            assertThat(User.atOnce(
                            24,
                            8,
                            () -> alice.submit("{\"content\":\"x\"}", "Idempotency-Key", level.replace(" ", "-"))
                                    .statusCode()))
                    .as("%s, the same key", level)
                    .containsOnly(202);
            alice = User.of(port, "alice");
        }
    }

    private HttpResponse<String> submit(String content) throws Exception {
        return alice.submit("{\"content\":\"" + content + "\"}");
    }

    private static void assertUnavailable(HttpResponse<String> answer) {
        try {
            assertThat(problem(answer, 503).path("type").asText()).isEqualTo("/problems/unavailable");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
    }

    /** Changes a default of new sessions. */
    private void alter(String what) {
        jdbc.execute("ALTER DATABASE " + jdbc.queryForObject("SELECT current_database()", String.class) + " " + what);
    }

    /** Terminates the application's sessions, as a failover does. */
    private void endSessions() {
        jdbc.queryForList("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }
}
