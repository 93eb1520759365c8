package com.aiprod.pipeline.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

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
    void isContentWithAll() {
        assertThatCode(() -> check(ALL)).doesNotThrowAnyException();
    }

    @Test
    void takesABlankSettingForMissing() {
        for (String name : ALL.keySet()) {
            Map<String, Object> settings = new HashMap<>(ALL);
            settings.put(name, " ");
            assertThat(faults(settings)).as(name).hasSize(1);
        }
    }

    @Test
    void asksForWhatTheRolesNeed() {
        assertThat(faults(Map.of("AIPROD_ROLES", "recorder, dispatcher")))
                .satisfiesExactly(
                        fault -> assertThat(fault).startsWith("SPRING_DATASOURCE_URL "),
                        fault -> assertThat(fault).startsWith("GOOGLE_CLOUD_PROJECT "));
        assertThat(faults(Map.of("AIPROD_ROLES", "api"))).noneMatch(fault -> fault.startsWith("GOOGLE"));
        assertThat(faults(Map.of("AIPROD_ROLES", "worker"))).noneMatch(fault -> fault.contains("JWT"));
    }

    @Test
    void asksAMigrationForTheDatabaseAlone() {
        assertThat(faults(Map.of("AIPROD_ROLES", "migrate")))
                .singleElement()
                .satisfies(fault -> assertThat(fault).startsWith("SPRING_DATASOURCE_URL "));
    }

    @Test
    void refusesAMigrationBesideOtherRoles() {
        Map<String, Object> settings = new HashMap<>(ALL);
        settings.put("AIPROD_ROLES", "migrate,api");
        assertThat(faults(settings)).singleElement().asString().contains("'migrate' beside others");
    }

    @Test
    void refusesAnUnknownWayWithTheSchema() {
        Map<String, Object> settings = new HashMap<>(ALL);
        settings.put("AIPROD_SCHEMA", "drop");
        assertThat(faults(settings)).singleElement().asString().contains("AIPROD_SCHEMA is 'drop'");
    }

    @Test
    void refusesAnUnknownRole() {
        Map<String, Object> settings = new HashMap<>(ALL);
        settings.put("AIPROD_ROLES", "api,painter");
        assertThat(faults(settings)).singleElement().asString().contains("'painter'");
    }

    @Test
    void saysSoInPlaceOfAStackTrace(CapturedOutput output) {
        SpringApplication application = new SpringApplication(RequiredSettings.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        assertThat(catchThrowableOfType(MissingSettingException.class, application::run))
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
        return catchThrowableOfType(MissingSettingException.class, () -> check(variables))
                .faults();
    }
}
