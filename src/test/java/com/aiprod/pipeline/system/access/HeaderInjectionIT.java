package com.aiprod.pipeline.system.access;

import static com.aiprod.pipeline.system.User.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.docs.OpenApi;
import com.aiprod.pipeline.system.Bystander;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.pubsub.v1.PubsubMessage;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.component.google.pubsub.GooglePubsubConstants;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.util.UriUtils;

/**
 * A client that sends a name that a route, a query, a bean, or Camel reads internally, as a header or a parameter in
 * any spelling, changes nothing. The names come from the sources, so the test also tries names added later.
 */
@SystemTest
class HeaderInjectionIT {

    private static final List<Path> SOURCES = List.of(
            Path.of("src/main/resources/routes"),
            Path.of("src/main/resources/db/queries"),
            Path.of("src/main/resources/schema"),
            Path.of("src/main/java"));
    private static final List<Pattern> NAMES = List.of(
            Pattern.compile("\\b(?:header|headers|variable|variables|exchangeProperty)[.\\[']+([A-Za-z][\\w-]*)"),
            Pattern.compile("\\bbody\\[['\"]?([A-Za-z]\\w*)"),
            Pattern.compile("(?m)^\\s*(?:- )?name: \"?([A-Za-z][\\w-]*)\"?$"),
            Pattern.compile(":[?*](\\w+)"),
            Pattern.compile("\"([a-z]+_[a-z_]+)\""),
            Pattern.compile("(?:et|remove)(?:Header|Variable|Property)s?\\(\\s*\"([A-Za-z][\\w-]*)\""));

    /** Tomcat accepts at most 100 headers. */
    private static final int AT_A_TIME = 80;

    /** Fields that differ between jobs. */
    private static final Set<String> OWN = Set.of("job_id", "links", "state_history", "result");

    @LocalServerPort
    private int port;

    @Value("${aiprod.pubsub.emulator-host}")
    private String broker;

    private User alice;
    private User mallory;

    @BeforeEach
    void createUsers() {
        alice = User.of(port, "alice");
        mallory = User.of(port, "mallory");
    }

    @Test
    void findsInternalNamesInTheSources() throws IOException {
        assertThat(names())
                .contains(
                        "jobId",
                        "job_id",
                        "attempt",
                        "userId",
                        "user_id",
                        "schema",
                        "traceparent",
                        "If-None-Match",
                        "CamelHttpResponseCode",
                        "CamelHttpPath",
                        "CamelGooglePubsubAttributes",
                        "cursorId",
                        "idempotencyKey",
                        "waitSec");
    }

    @Test
    void injectedNamesDoNotChangeAJob() throws Exception {
        String victim = alice.start("none");
        alice.await(victim, "COMPLETED");
        JsonNode plain =
                mallory.await(json(submit(List.of(), victim)).path("job_id").asText(), "COMPLETED");
        List<String> forged = new ArrayList<>(spellings(names()));
        assertThat(forged).hasSizeGreaterThan(300);

        try (Bystander bystander = new Bystander(broker)) {
            String jobs = bystander.listen(Bystander.JOBS);
            String results = bystander.listen(Bystander.RESULTS);
            for (int i = 0; i < forged.size(); i += AT_A_TIME) {
                List<String> some = forged.subList(i, Math.min(i + AT_A_TIME, forged.size()));
                HttpResponse<String> accepted = submit(some, victim);
                assertThat(accepted.statusCode())
                        .as("%s: %s", some, accepted.body())
                        .isEqualTo(202);
                assertThat(accepted.headers().map().toString()).doesNotContain(victim);
                String id = json(accepted).path("job_id").asText();
                JsonNode job = mallory.await(id, "COMPLETED");
                assertThat(shape(job)).as(some.toString()).isEqualTo(shape(plain));
                assertThat(job.toString()).doesNotContain(victim, alice.id());
                for (String topic : List.of(jobs, results)) {
                    PubsubMessage message = bystander.next(topic, id);
                    Map<String, String> attributes = new TreeMap<>(message.getAttributesMap());
                    attributes.remove("schema");
                    assertThat(attributes.remove("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
                    assertThat(attributes).as(some.toString()).isEqualTo(Map.of("job_id", id, "attempt", "1"));
                    assertThat(message.toString()).doesNotContain(victim, alice.id());
                }
                for (String path : List.of("/pipeline/job/" + id, "/presets", "/pipeline/job/" + id + "/cancel")) {
                    HttpResponse<String> expected = call(path, List.of(), victim);
                    HttpResponse<String> answer = call(path, some, victim);
                    assertThat(answer.statusCode()).as("%s %s", path, some).isEqualTo(expected.statusCode());
                    assertThat(headers(answer)).isEqualTo(headers(expected));
                    assertThat(answer.body().replaceAll("\"request_id\":\"[^\"]+\"", ""))
                            .isEqualTo(expected.body().replaceAll("\"request_id\":\"[^\"]+\"", ""));
                }
                assertThat(call("/pipeline/job/" + victim, some, victim).statusCode())
                        .isEqualTo(403);
            }
        }
        assertThat(json(alice.get("/pipeline/jobs")).path("count").asInt()).isOne();
    }

    private HttpResponse<String> submit(List<String> forged, String value) throws Exception {
        return User.send(forge("/pipeline/run", forged, value)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"content\":\"mine\"}")));
    }

    private HttpResponse<String> call(String path, List<String> forged, String value) throws Exception {
        HttpRequest.Builder request = forge(path, forged, value);
        return User.send(path.endsWith("cancel") ? request.POST(BodyPublishers.noBody()) : request);
    }

    /** The names of the response headers, without {@code Connection}, which is not always there. */
    private static Set<String> headers(HttpResponse<String> answer) {
        Set<String> names = new TreeSet<>(answer.headers().map().keySet());
        names.remove("connection");
        return names;
    }

    /** A request from Mallory with all these names as headers and as parameters, all with the same value. */
    private HttpRequest.Builder forge(String path, List<String> names, String value) {
        String query = names.stream()
                .map(name -> UriUtils.encode(name, StandardCharsets.UTF_8) + "=" + value)
                .collect(Collectors.joining("&", "?", ""));
        HttpRequest.Builder request = mallory.request(path + query);
        names.forEach(name -> request.header(name, value));
        return request;
    }

    /** Everything that must be equal for two jobs of the same request. */
    private static List<Object> shape(JsonNode job) {
        List<Object> shape = new ArrayList<>();
        job.properties().forEach(field -> {
            if (!OWN.contains(field.getKey()) && !field.getKey().endsWith("_at")) {
                shape.add(field);
            }
        });
        shape.add(job.path("state_history").findValuesAsText("state"));
        shape.add(job.at("/result/output/content"));
        shape.add(job.at("/result/output/metadata"));
        return shape;
    }

    /** The names in the sources and in Camel's constants. */
    private static Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Path folder : SOURCES) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String text = Files.readString(file);
                    NAMES.forEach(
                            pattern -> pattern.matcher(text).results().forEach(found -> names.add(found.group(1))));
                }
            }
        }
        for (Class<?> constants : List.of(Exchange.class, GooglePubsubConstants.class, JdbcConstants.class)) {
            for (Field field : constants.getFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
                    names.add(constant(field));
                }
            }
        }
        names.add("traceparent");
        return names;
    }

    private static String constant(Field field) {
        try {
            return (String) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All spellings of each name, without the headers and parameters of the API. */
    private static Set<String> spellings(Set<String> names) {
        Set<String> spellings = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : names) {
            String kebab = name.replace('_', '-').replaceAll("([a-z0-9])([A-Z])", "$1-$2");
            spellings.addAll(List.of(name, kebab, kebab.replace('-', '_'), "ce-" + kebab.toLowerCase(Locale.ROOT)));
            if (!name.startsWith("Camel")) {
                String title = Character.toUpperCase(name.charAt(0)) + name.substring(1);
                spellings.addAll(List.of("Camel" + title, "CamelHttp" + title));
            }
        }
        // Names that HTTP, the API, or Java's client reserves.
        spellings.removeIf(name -> !name.matches("[A-Za-z0-9_.-]+"));
        Set<String> meant = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        OpenApi.operations()
                .forEach(operation -> operation
                        .parameters()
                        .forEach(it -> meant.add(it.path("name").asText())));
        meant.removeAll(List.of("job_id", "id", "name", "delivery_id"));
        meant.addAll(List.of(
                "Accept",
                "Authorization",
                "Connection",
                "Content-Type",
                "Content-Length",
                "Content-Encoding",
                "Date",
                "Expect",
                "Host",
                "Origin",
                "Transfer-Encoding",
                "Upgrade",
                "Via",
                "Warning",
                "TE",
                "Trailer"));
        spellings.removeAll(meant);
        return spellings;
    }
}
