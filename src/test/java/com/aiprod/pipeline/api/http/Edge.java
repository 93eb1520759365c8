package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.job.Presets;
import com.aiprod.pipeline.pipelines.BuiltInPresets;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.sql.SQLTransientConnectionException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;

/**
 * The real edge with a few routes that echo what they receive. Has no {@code @Configuration}, so that the application
 * does not find it when it runs in development mode with the tests on its classpath.
 */
@EnableAutoConfiguration(exclude = {DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class})
@ComponentScan({"com.aiprod.pipeline.api", "com.aiprod.pipeline.security", "com.aiprod.pipeline.webhook"})
@Import(ArtifactStore.class)
public class Edge {

    public static final String ARTIFACTS = "target/edge-artifacts";

    private static final ObjectMapper JSON = new ObjectMapper();

    @Bean
    Presets presets() {
        return BuiltInPresets.catalog();
    }

    @Bean
    RouteBuilder edgeRoutes() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                onException(Exception.class).handled(true).bean("problem", "render");
                rest().get("/pipeline/jobs").produces("application/json").to("direct:seen");
                rest().get("/pipeline/job/{job_id}").to("direct:seen");
                rest().post("/pipeline/run").consumes("application/json").to("direct:seen");
                rest().get("/pipeline/me").to("direct:me");
                rest().get("/admin/me").to("direct:me");
                rest().get("/pipeline/job/{job_id}/bug").to("direct:bug");
                rest().get("/pipeline/job/{job_id}/database").to("direct:database");
                rest().get("/pipeline/job/{job_id}/artifacts/{name}").to("direct:artifact");
                rest().get("/pipeline/job/{job_id}/events")
                        .produces("text/event-stream")
                        .to("direct:events");
                rest().get("/pipeline/job/{job_id}/end").to("direct:end");
                from("direct:events")
                        .bean("pathId", "job")
                        .bean("jobEvents", "parse")
                        .process(Edge::findEvents)
                        .bean("jobEvents", "open");
                from("direct:end")
                        .bean("pathId", "job")
                        .bean("preferredWait", "parse")
                        .process("completionWait")
                        .setBody(simple("waited ${variable.waitSec} ${threadName}"));
                from("direct:seen").process(Edge::echoRequest);
                from("direct:me").setBody(simple("${variable.userId} ${variable.admin}"));
                from("direct:bug").throwException(IllegalStateException.class, "secret of com.aiprod");
                from("direct:database").throwException(new SQLTransientConnectionException("jdbc:postgresql://secret"));
                from("direct:artifact")
                        .bean("pathId", "job")
                        .bean("artifacts", "parse")
                        .process(Edge::findArtifact)
                        .bean("artifacts", "send");
            }
        };
    }

    private static void echoRequest(Exchange exchange) throws IOException {
        Map<String, Object> headers = new TreeMap<>();
        exchange.getMessage().getHeaders().forEach((name, value) -> {
            if (!name.startsWith("Camel")) {
                headers.put(name, String.valueOf(value));
            }
        });
        String body = exchange.getMessage().getBody(String.class);
        Map<String, Object> answer = new TreeMap<>(exchange.getVariables());
        answer.put("headers", headers);
        answer.put("query", exchange.getMessage().getHeader(Exchange.HTTP_QUERY));
        answer.put("body", body == null ? "" : body);
        answer.put("mdc", String.valueOf(MDC.get("request_id")));
        exchange.getMessage().setBody(JSON.writeValueAsString(answer));
    }

    /** Replaces watch-jobs.sql: every job was just queued. */
    private static void findEvents(Exchange exchange) {
        exchange.getMessage()
                .setBody(jobRow(exchange.getVariable("jobId", String.class), exchange.getVariable("userId"), "QUEUED"));
    }

    /** Returns a row of watch-jobs.sql. */
    public static Map<String, Object> jobRow(String jobId, Object owner, String... states) {
        Map<String, Object> row = new HashMap<>();
        row.put("job_id", jobId);
        row.put("user_id", owner);
        row.put("version", String.join(" ", states));
        row.put("ended", states.length > 0 && states[states.length - 1].equals("COMPLETED"));
        row.put(
                "states",
                Stream.of(states).map(state -> "{\"state\":\"" + state + "\"}").collect(Collectors.joining("\n")));
        return row;
    }

    /** Replaces find-artifact.sql. */
    private static void findArtifact(Exchange exchange) {
        Map<String, Object> row = new HashMap<>();
        row.put("attempt", 2);
        String name = exchange.getVariable("artifactName", String.class);
        row.put(
                "artifact",
                switch (name) {
                    case "video.mp4", "gone.mp4" -> "{\"name\":\"video.mp4\",\"type\":\"video/mp4\"}";
                    case "captions.vtt" -> "{\"name\":\"captions.vtt\",\"type\":\"text/vtt\"}";
                    default -> null;
                });
        exchange.getMessage().setBody(row);
    }
}
