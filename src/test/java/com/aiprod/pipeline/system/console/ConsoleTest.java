package com.aiprod.pipeline.system.console;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ContextConfiguration;

/**
 * Tests the console in a real browser, against the whole application. These tests share one application, which makes
 * videos, and one {@link Browser}, which the constructor gets; jobs of the preset {@code scripted} do what their metadata
 * says.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(BrowserExtension.class)
@SpringBootTest(
        classes = PipelineApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "aiprod.routes-dir=src/test/resources/routes-of-console",
            "aiprod.worker.concurrency=4",
            "aiprod.webhook.allow-local-targets=true",
            "aiprod.webhook.poll-interval=100"
        })
@ContextConfiguration(initializers = {EmbeddedServices.class, DevelopmentTokens.class})
@interface ConsoleTest {}
