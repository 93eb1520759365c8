package com.aiprod.pipeline;

import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;

/** The whole system in one process, with embedded services: {@code ./mvnw spring-boot:test-run}. */
public final class TestPipelineApplication {

    private TestPipelineApplication() {}

    public static void main(String[] args) {
        System.out.println("AIPROD Pipeline is starting with an embedded PostgreSQL and Pub/Sub…");
        SpringApplication application = application(PipelineApplication.class);
        application.addInitializers(new DevelopmentTokens(), new EmbeddedServices("artifacts"));
        application.addListeners((ApplicationReadyEvent ready) -> banner(ready));
        application.run(args);
    }

    /** Uses application-development.yaml. The environment and the command line take precedence. */
    static SpringApplication application(Class<?> source) {
        SpringApplication application = new SpringApplication(source);
        application.setAdditionalProfiles("development");
        return application;
    }

    private static void banner(ApplicationReadyEvent ready) {
        var environment = ready.getApplicationContext().getEnvironment();
        String api = "http://localhost:" + environment.getProperty("local.server.port");
        String token = DevelopmentTokens.token("developer");
        System.out.printf(
                """

                AIPROD Pipeline is ready in %.1f s.
                  API         %s
                  Health      http://localhost:%s/actuator/health
                  PostgreSQL  %s
                  Pub/Sub     PUBSUB_EMULATOR_HOST=%s
                  Tokens      TOKENS=%s

                A token for today, and a first video:

                  export TOKEN=%s
                  curl -sS %s/pipeline/run -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
                    -d '{"content": "Create a video about the sea. The tide comes and goes. Nothing stays, and nothing is lost."}'

                Or by hand, in the console:

                  %s/

                """,
                ready.getTimeTaken().toMillis() / 1000.0,
                api,
                environment.getProperty("local.management.port"),
                environment.getProperty("spring.datasource.url"),
                environment.getProperty("aiprod.pubsub.emulator-host"),
                DevelopmentTokens.issuer(),
                token,
                api,
                api);
    }
}
