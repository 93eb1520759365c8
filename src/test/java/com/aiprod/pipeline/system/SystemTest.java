package com.aiprod.pipeline.system;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.autoconfigure.actuate.observability.AutoConfigureObservability;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ContextConfiguration;

/**
 * Tests the whole application over HTTP, on a real PostgreSQL and a real Pub/Sub. All of these tests share one
 * application. Its workers run the pipeline {@code scripted} in src/test/resources/routes-of-tests, which does what a job's
 * metadata says.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@AutoConfigureObservability
@SpringBootTest(
        classes = PipelineApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "aiprod.routes-dir=src/test/resources/routes-of-tests",
            "aiprod.pipeline.route=scripted",
            // Longer than the retries of a job that always fails, which take up to 8.4 s.
            "aiprod.pipeline.timeout=11s",
            "aiprod.worker.concurrency=12",
            "aiprod.worker.renew-interval=200",
            "aiprod.rescue.interval=200",
            "aiprod.webhook.allow-local-targets=true",
            "aiprod.webhook.poll-interval=100",
            "aiprod.webhook.timeout=2s",
            "aiprod.watch.heartbeat=1s",
            "aiprod.watch.max-open-per-user=500"
        })
@ContextConfiguration(initializers = {EmbeddedServices.class, DevelopmentTokens.class, OtlpReceiver.class})
public @interface SystemTest {}
