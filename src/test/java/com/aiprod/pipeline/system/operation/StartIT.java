package com.aiprod.pipeline.system.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.aiprod.pipeline.startup.ReadinessByRole;
import com.aiprod.pipeline.system.EventReader;
import com.aiprod.pipeline.system.Tap;
import com.aiprod.pipeline.system.User;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.mock.env.MockEnvironment;

/** Settings decide which parts of a process start, or that it refuses to start with one line that says why. */
@ExtendWith(OutputCaptureExtension.class)
class StartIT {

    private static final EmbeddedPubSub PUB_SUB = EmbeddedPubSub.start();
    private static final String DATABASE = EmbeddedDatabase.create();

    @TempDir
    private static Path folder;

    @AfterAll
    static void end() {
        PUB_SUB.close();
    }

    @Test
    void namesEachMissingSetting(CapturedOutput output) {
        Map<String, String> variables = Map.of(
                "spring.datasource.url", "SPRING_DATASOURCE_URL",
                "google.cloud.project", "GOOGLE_CLOUD_PROJECT",
                "aiprod.artifacts-dir", "AIPROD_ARTIFACTS_DIR");
        variables.forEach((setting, variable) -> {
            int before = output.length();
            assertRefusesToStart(Map.of(setting, ""));
            assertThat(output.toString().substring(before))
                    .contains("APPLICATION FAILED TO START", variable + " is not set: ")
                    .doesNotContain("\tat ");
        });
    }

    @Test
    void namesMissingTopicsAndTheCommandsThatCreateThem(CapturedOutput output) {
        try (EmbeddedPubSub empty = EmbeddedPubSub.start()) {
            assertRefusesToStart(
                    Map.of("aiprod.pubsub.emulator-host", empty.endpoint(), "aiprod.pubsub.provision", "false"));
        }
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "Pub/Sub is not usable in", "'start-it'")
                .contains("gcloud pubsub topics create aiprod-pipeline-jobs --project=start-it")
                .contains("gcloud pubsub subscriptions create aiprod-pipeline-jobs-sub --topic=aiprod-pipeline-jobs")
                .doesNotContain("\tat ");
    }

    @Test
    void rejectsATooShortPublishTimeout(CapturedOutput output) {
        assertRefusesToStart(Map.of("aiprod.pubsub.publish-timeout", "9s"));
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "AIPROD_PUBSUB_PUBLISH_TIMEOUT must be at least 10s")
                .doesNotContain("\tat ");
    }

    @Test
    void rejectsAMissingPipeline(CapturedOutput output) {
        assertRefusesToStart(Map.of("aiprod.pipeline.route", "epic"));
        assertThat(output)
                .contains(
                        "APPLICATION FAILED TO START", "AIPROD_PIPELINE_ROUTE is 'epic', but there is no such pipeline")
                .doesNotContain("\tat ");
    }

    @Test
    void rejectsABrokenRouteFileAndNamesIt(CapturedOutput output) throws Exception {
        Path broken = Files.createDirectory(folder.resolve("broken"));
        Files.writeString(broken.resolve("mine.camel.yaml"), "- route:\n    id: mine\n    form: direct:mine\n");
        assertRefusesToStart(Map.of("aiprod.routes-dir", broken.toString()));
        assertThat(output).contains("mine.camel.yaml");
    }

    @Test
    void rejectsAMissingRoutesFolder(CapturedOutput output) {
        assertRefusesToStart(
                Map.of("aiprod.routes-dir", folder.resolve("nowhere").toString()));
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "AIPROD_ROUTES_DIR names ")
                .doesNotContain("\tat ");
    }

    @Test
    void rejectsARoutesPathThatCamelWouldTruncate(CapturedOutput output) throws Exception {
        Path comma = Files.createDirectory(folder.resolve("a,b"));
        Files.writeString(comma.resolve("mine.camel.yaml"), "- route: {}\n");
        assertRefusesToStart(Map.of("aiprod.routes-dir", comma.toString()));
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "AIPROD_ROUTES_DIR gives the file '" + comma)
                .doesNotContain("\tat ");
    }

    @Test
    void rejectsADatabaseThatIsNotUtf8(CapturedOutput output) {
        assertRefusesToStart(Map.of(
                "spring.datasource.url",
                EmbeddedDatabase.create("TEMPLATE template0 LOCALE 'C' ENCODING 'SQL_ASCII'")));
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "has the encoding SQL_ASCII, but UTF8 is required")
                .contains("CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0")
                .doesNotContain("\tat ");
    }

    @Test
    void rejectsADurationWithoutAUnit(CapturedOutput output) {
        assertRefusesToStart(Map.of("aiprod.retention.jobs", "2592000"));
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "AIPROD_RETENTION_JOBS (aiprod.retention.jobs) is '2592000'")
                .doesNotContain("\tat ");
    }

    @Test
    void runsInUtcInAnyTimeZone() {
        TimeZone zone = TimeZone.getDefault();
        Locale locale = Locale.getDefault();
        String database = EmbeddedDatabase.create();
        try {
            // As with TZ=JST, a time zone name that PostgreSQL does not know.
            TimeZone.setDefault(new SimpleTimeZone(9 * 3_600_000, "No/Where"));
            Locale.setDefault(Locale.forLanguageTag("ar-EG"));
            PipelineApplication.main(new String[] {"--aiprod.roles=migrate", "--spring.datasource.url=" + database});
            assertThat(TimeZone.getDefault().getID()).isEqualTo("UTC");
            assertThat(String.format("%d", 10)).isEqualTo("10");
        } finally {
            TimeZone.setDefault(zone);
            Locale.setDefault(locale);
        }
    }

    @Test
    void migratesAndExitsAsMigrationAndOnlyValidatesAsOtherRoles(CapturedOutput output) {
        String database = EmbeddedDatabase.create();
        Map<String, String> settings =
                Map.of("aiprod.roles", "recorder", "aiprod.schema", "check", "spring.datasource.url", database);
        assertRefusesToStart(settings);
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "schema is at version none, but this build needs version ")
                .contains("AIPROD_ROLES=migrate")
                .doesNotContain("\tat ");

        PipelineApplication.main(new String[] {"--aiprod.roles=migrate", "--spring.datasource.url=" + database});

        start(settings).close();
    }

    @Test
    void servesRequestsWithoutPubSubAsApiOnly() throws Exception {
        Map<String, String> settings =
                Map.of("aiprod.roles", "api", "google.cloud.project", "", "aiprod.pubsub.emulator-host", "");
        try (ConfigurableApplicationContext application = start(settings)) {
            assertThat(application.getBean(CamelContext.class).getRoutes().stream()
                            .map(Route::getRouteId))
                    .contains("submit-job", "read-job", "rest-post-run")
                    .doesNotContain("run-job", "dispatch-jobs", "rescue-jobs", "record-result", "record-dead-letter");
            User alice = User.of(port(application, "local.server.port"), "alice");
            assertThat(alice.submit("{\"content\":\"x\"}").statusCode()).isEqualTo(202);
            assertThat(readiness(application)).isEqualTo(200);
        }
    }

    @Test
    void staysReadyWithoutTheDatabaseAsApiOnly() throws Exception {
        try (Tap tap = Tap.before(DATABASE);
                ConfigurableApplicationContext application = start(Map.of(
                        "aiprod.roles",
                        "api",
                        "spring.datasource.url",
                        tap.jdbcUrl(),
                        "spring.datasource.hikari.connection-timeout",
                        "500"))) {
            assertThat(health(application, "")).isEqualTo(200);
            tap.shut();
            User alice = User.of(port(application, "local.server.port"), "alice");
            HttpResponse<String> answer = alice.submit("{\"content\":\"x\"}");
            User.problem(answer, 503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(readiness(application)).isEqualTo(200);
            assertThat(health(application, "")).isEqualTo(503);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "api, 'readinessState,camelReadinessState'",
        "worker, 'readinessState,camelReadinessState,db,pubsub,worker'",
        "'api,dispatcher', 'readinessState,camelReadinessState,db,pubsub,worker'",
        "'api,dispatcher,worker,recorder', 'readinessState,camelReadinessState,db,pubsub,worker'"
    })
    void readinessDependsOnTheRoles(String roles, String needs) {
        MockEnvironment environment = new MockEnvironment().withProperty("aiprod.roles", roles);
        new ReadinessByRole().postProcessEnvironment(environment, new SpringApplication());
        assertThat(environment.getProperty("aiprod.readiness")).isEqualTo(needs);
    }

    @Test
    void endsStreamsAndWaitsOnShutdown() throws Exception {
        EventReader stream;
        CompletableFuture<HttpResponse<String>> held;
        long told;
        try (ConfigurableApplicationContext application = start(Map.of("aiprod.roles", "api"))) {
            User alice = User.of(port(application, "local.server.port"), "alice");
            String id = alice.start("none");
            stream = alice.follow(id);
            stream.await(1);
            held = HttpClient.newHttpClient()
                    .sendAsync(
                            alice.request("/pipeline/job/" + id)
                                    .header("Prefer", "wait=20")
                                    .build(),
                            BodyHandlers.ofString());
            Gauge watchers = application
                    .getBean(MeterRegistry.class)
                    .get("aiprod.watchers.open")
                    .gauge();
            Awaitility.await().until(() -> watchers.value() == 2);
            told = System.nanoTime();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - told)).isLessThan(Duration.ofSeconds(10));
        assertThat(stream.awaitEnd()).hasSize(1);
        assertThat(User.json(held.get()).path("status").asText()).isEqualTo("QUEUED");
    }

    @Test
    void tracesNothingWithoutAnEndpoint() throws Exception {
        try (ConfigurableApplicationContext application = start(Map.of("aiprod.roles", "api"))) {
            assertThat(application.getBeanNamesForType(OpenTelemetry.class)).isEmpty();
            assertThat(application.getBeanNamesForType(Tracer.class)).isEmpty();
            User alice = User.of(port(application, "local.server.port"), "alice");
            HttpResponse<String> answer = alice.submit(
                    "{\"content\":\"x\"}", "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(application
                            .getBean(JdbcTemplate.class)
                            .queryForObject("SELECT traceparent FROM jobs WHERE user_id = ?", String.class, alice.id()))
                    .isNull();
        }
    }

    @Test
    void servesNoRequestsAsWorkerOnly() throws Exception {
        try (ConfigurableApplicationContext application = start(Map.of("aiprod.roles", "worker"))) {
            assertThat(application.getBean(CamelContext.class).getRoutes().stream()
                            .map(Route::getRouteId))
                    .contains("run-job", "renew-leases", "publish-pipelines")
                    .doesNotContain("submit-job", "rest-post-run", "dispatch-jobs", "record-result");
            // It loads the pipelines first.
            Awaitility.await().until(() -> readiness(application) == 200);
            // openapi.yaml describes processes that serve the API, so this response is not checked against it.
            HttpRequest submission = HttpRequest.newBuilder(
                            URI.create("http://localhost:" + port(application, "local.server.port") + "/pipeline/run"))
                    .header("Authorization", "Bearer " + DevelopmentTokens.token("alice"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"content\":\"x\"}"))
                    .build();
            int status = HttpClient.newHttpClient()
                    .send(submission, HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            assertThat(status).isIn(401, 404);
        }
    }

    @Test
    void showsFurtherActuatorEndpointsToAdminsAlone() throws Exception {
        try (ConfigurableApplicationContext application =
                start(Map.of("aiprod.roles", "api", "management.endpoints.web.exposure.include", "health,loggers"))) {
            assertThat(loggers(application, null)).isEqualTo(401);
            assertThat(loggers(application, DevelopmentTokens.token("alice"))).isEqualTo(403);
            assertThat(loggers(application, DevelopmentTokens.token("olga", "admin")))
                    .isEqualTo(200);
        }
    }

    private static int loggers(ConfigurableApplicationContext application, String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://localhost:" + port(application, "local.management.port") + "/actuator/loggers"));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return HttpClient.newHttpClient()
                .send(request.build(), BodyHandlers.discarding())
                .statusCode();
    }

    private static void assertRefusesToStart(Map<String, String> settings) {
        assertThat(catchThrowable(() -> start(settings).close())).isNotNull();
    }

    /** Starts a process with complete settings, overridden by these. */
    private static ConfigurableApplicationContext start(Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(DevelopmentTokens.settings());
        all.put("server.port", "0");
        all.put("aiprod.worker.shutdown-grace", "1s");
        all.put("management.server.port", "0");
        all.put("spring.datasource.url", DATABASE);
        all.put("google.cloud.project", "start-it");
        all.put("aiprod.pubsub.emulator-host", PUB_SUB.endpoint());
        all.put("aiprod.artifacts-dir", folder.resolve("artifacts").toString());
        all.putAll(settings);
        SpringApplication application = new SpringApplication(PipelineApplication.class);
        return application.run(all.entrySet().stream()
                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                .toArray(String[]::new));
    }

    private static int port(ConfigurableApplicationContext application, String name) {
        return application.getEnvironment().getRequiredProperty(name, Integer.class);
    }

    private static int readiness(ConfigurableApplicationContext application) throws Exception {
        return health(application, "/readiness");
    }

    private static int health(ConfigurableApplicationContext application, String group) throws Exception {
        URI uri = URI.create(
                "http://localhost:" + port(application, "local.management.port") + "/actuator/health" + group);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                .statusCode();
    }
}
