package com.aiprod.pipeline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.mock.env.MockEnvironment;

@ExtendWith(OutputCaptureExtension.class)
class RequiredSettingsTest {

    private static final Map<String, Object> ALL = Map.of(
            "SPRING_DATASOURCE_URL", "jdbc:postgresql://localhost/x",
            "GOOGLE_CLOUD_PROJECT", "p",
            "AIPROD_ARTIFACTS_DIR", "/tmp/x",
            "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI", "https://issuer.example",
            "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES", "a,b");

    @Test
    void namesEveryMissingSettingAtOnce() {
        assertThat(faults(Map.of()))
                .satisfiesExactly(
                        fault -> assertThat(fault).startsWith("SPRING_DATASOURCE_URL "),
                        fault -> assertThat(fault).startsWith("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI, "),
                        fault -> assertThat(fault).startsWith("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES "),
                        fault -> assertThat(fault).startsWith("GOOGLE_CLOUD_PROJECT "),
                        fault -> assertThat(fault).startsWith("AIPROD_ARTIFACTS_DIR "));
    }

    @Test
    void acceptsCompleteSettings() {
        assertThatCode(() -> check(ALL)).doesNotThrowAnyException();
    }

    @Test
    void treatsABlankSettingAsMissing() {
        for (String name : ALL.keySet()) {
            Map<String, Object> settings = new HashMap<>(ALL);
            settings.put(name, " ");
            assertThat(faults(settings)).as(name).hasSize(1);
        }
    }

    @Test
    void requiresTheSettingsOfTheRoles() {
        assertThat(faults(Map.of("AIPROD_ROLES", "recorder, dispatcher")))
                .satisfiesExactly(
                        fault -> assertThat(fault).startsWith("SPRING_DATASOURCE_URL "),
                        fault -> assertThat(fault).startsWith("GOOGLE_CLOUD_PROJECT "));
        assertThat(faults(Map.of("AIPROD_ROLES", "api"))).noneMatch(fault -> fault.startsWith("GOOGLE"));
        assertThat(faults(Map.of("AIPROD_ROLES", "worker"))).noneMatch(fault -> fault.contains("JWT"));
    }

    @Test
    void requiresOnlyTheDatabaseForAMigration() {
        assertThat(faults(Map.of("AIPROD_ROLES", "migrate")))
                .singleElement()
                .satisfies(fault -> assertThat(fault).startsWith("SPRING_DATASOURCE_URL "));
    }

    @Test
    void rejectsAMigrationCombinedWithOtherRoles() {
        Map<String, Object> settings = new HashMap<>(ALL);
        settings.put("AIPROD_ROLES", "migrate,api");
        assertThat(faults(settings)).singleElement().asString().contains("combines 'migrate' with other roles");
    }

    @Test
    void rejectsAnUnknownSchemaMode() {
        Map<String, Object> settings = new HashMap<>(ALL);
        settings.put("AIPROD_SCHEMA", "drop");
        assertThat(faults(settings)).singleElement().asString().contains("AIPROD_SCHEMA is 'drop'");
    }

    @Test
    void requiresAnIssuerForTheConsole() {
        Map<String, Object> settings = new HashMap<>(ALL);
        settings.put("AIPROD_CONSOLE_CLIENT_ID", "console");
        settings.put("AIPROD_CONSOLE_ISSUER", "");
        assertThat(faults(settings)).singleElement().asString().startsWith("AIPROD_CONSOLE_ISSUER, or ");
        settings.put("AIPROD_CONSOLE_ISSUER", "https://issuer.example/realms/a; script-src *");
        assertThat(faults(settings)).hasSize(1);
        settings.put("AIPROD_CONSOLE_ISSUER", "https://issuer.example/realms/a");
        assertThatCode(() -> check(settings)).doesNotThrowAnyException();
        settings.put("AIPROD_CONSOLE_TOKEN", "password");
        assertThat(faults(settings)).singleElement().asString().contains("AIPROD_CONSOLE_TOKEN is 'password'");
    }

    @Test
    void rejectsAnUnknownRole() {
        Map<String, Object> settings = new HashMap<>(ALL);
        settings.put("AIPROD_ROLES", "api,painter");
        assertThat(faults(settings)).singleElement().asString().contains("'painter'");
    }

    @Test
    void rejectsADurationWithoutAUnitAndNamesIt() {
        for (String name : DurationSettings.names()) {
            Map<String, Object> settings = new HashMap<>(ALL);
            settings.put(DurationSettings.variable(name), "2592000");
            assertThat(faults(settings))
                    .singleElement()
                    .asString()
                    .isEqualTo(DurationSettings.variable(name) + " (" + name
                            + ") is '2592000', which has no unit: use a value such as 90s, 15m, or 30d");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "AIPROD_RETENTION_JOBS, 30d,",
        "AIPROD_RETENTION_JOBS, 0,",
        "AIPROD_RETENTION_JOBS, PT12H,",
        "AIPROD_WORKER_SHUTDOWN_GRACE, 0,",
        "AIPROD_PIPELINE_TIMEOUT, 1500ms,",
        "AIPROD_PIPELINE_TIMEOUT, 0, not above zero",
        "AIPROD_PIPELINE_TIMEOUT, 0s, not above zero",
        "AIPROD_RETENTION_JOBS, -1d, not above zero",
        "AIPROD_PIPELINE_TIMEOUT, -90, not above zero",
        "AIPROD_PIPELINE_TIMEOUT, '', is not a duration",
        "AIPROD_PIPELINE_TIMEOUT, 90 seconds, is not a duration",
        "AIPROD_PIPELINE_TIMEOUT, 1.5m, is not a duration",
        "AIPROD_RETENTION_JOBS, 9223372036854775807d, is not a duration",
        "AIPROD_RETENTION_JOBS, 99999999999999999999d, is not a duration",
    })
    void checksDurations(String variable, String value, String fault) {
        Map<String, Object> settings = new HashMap<>(ALL);
        settings.put(variable, value);
        if (fault == null) {
            assertThatCode(() -> check(settings)).doesNotThrowAnyException();
        } else {
            assertThat(faults(settings))
                    .singleElement()
                    .asString()
                    .startsWith(variable)
                    .contains(fault);
        }
    }

    /** Settings are recognized as durations by their defaults in application.yaml. */
    @Test
    void checksEachDurationThatTheSourcesRead() throws IOException {
        Pattern duration = Pattern.compile("\"\\$\\{(aiprod\\.[a-z.-]+)[^}]*}\"\\)\\s+Duration ");
        Set<String> read = new TreeSet<>(Set.of("aiprod.pubsub.publish-timeout"));
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                duration.matcher(Files.readString(file)).results().forEach(found -> read.add(found.group(1)));
            }
        }
        assertThat(read).hasSizeGreaterThan(5);
        assertThat(DurationSettings.names()).containsAll(read);
    }

    @Test
    void namesAFolderThatTheFileNameEncodingCannotEncode() {
        Map<String, Object> settings = new HashMap<>(ALL);
        settings.put("AIPROD_ARTIFACTS_DIR", "/tmp/a\0b");
        assertThat(faults(settings))
                .singleElement()
                .asString()
                .startsWith("AIPROD_ARTIFACTS_DIR is ")
                .contains("LC_ALL");
    }

    @Test
    void logsTheEffectiveSettingsWithoutSecrets() {
        MockEnvironment environment = new MockEnvironment()
                .withProperty("aiprod.roles", "worker")
                .withProperty("aiprod.retention.jobs", "30d")
                .withProperty("aiprod.worker.concurrency", "3")
                .withProperty("aiprod.routes-dir", "")
                .withProperty("spring.datasource.password", "secret");
        assertThat(EffectiveSettings.text(environment))
                .contains("roles=worker ", " retention=30d ", " concurrency=3 ", " routes-dir=none ", " time-zone=")
                .doesNotContain("secret");
    }

    @Test
    void reportsErrorsWithoutAStackTrace(CapturedOutput output) {
        SpringApplication application = new SpringApplication(RequiredSettings.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        assertThat(catchThrowableOfType(InvalidSettingsException.class, application::run))
                .isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "SPRING_DATASOURCE_URL is not set")
                .doesNotContain("\tat ");
    }

    private static void check(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .forEach(source -> environment.getPropertySources().remove(source.getName()));
        environment.getPropertySources().addFirst(new MapPropertySource("yaml", Map.of("aiprod.artifacts-dir", "")));
        environment.getPropertySources().addFirst(new SystemEnvironmentPropertySource("systemEnvironment", variables));
        RequiredSettings settings = new RequiredSettings();
        settings.setEnvironment(environment);
        settings.postProcessBeanFactory(null);
    }

    private static List<String> faults(Map<String, Object> variables) {
        return catchThrowableOfType(InvalidSettingsException.class, () -> check(variables))
                .faults();
    }
}
