package com.aiprod.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** The settings for development. */
class DevelopmentSettingsTest {

    private static final String LOCAL_TARGETS = "aiprod.webhook.allow-local-targets";

    @Test
    void allowsWebhooksToThisMachine() {
        assertThat(setting(LOCAL_TARGETS)).isEqualTo("true");
    }

    @Test
    void commandLineOverridesTheSettings() {
        assertThat(setting(LOCAL_TARGETS, "--" + LOCAL_TARGETS + "=false")).isEqualTo("false");
    }

    private static String setting(String name, String... arguments) {
        SpringApplication application = TestPipelineApplication.application(Nothing.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        try (ConfigurableApplicationContext context = application.run(arguments)) {
            return context.getEnvironment().getProperty(name);
        }
    }

    private static final class Nothing {}
}
