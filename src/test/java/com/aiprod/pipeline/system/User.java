package com.aiprod.pipeline.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.docs.OpenApi;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;

/** A new user with a token of their own, who calls the API over HTTP. Checks each response against openapi.yaml. */
public final class User {

    /** How long a test waits for a job's end: more than the 90 s that the contract allows an attempt. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int port;
    private final String id;
    private final String token;

    private User(int port, String id, String... roles) {
        this.port = port;
        this.id = id;
        this.token = DevelopmentTokens.token(id, roles);
    }

    /** Returns a user that no other test uses. */
    public static User of(int port, String name) {
        return new User(port, name + "-" + UUID.randomUUID());
    }

    /** Like {@link #of}, with the role {@code admin} in the token. */
    public static User admin(int port, String name) {
        return new User(port, name + "-" + UUID.randomUUID(), "admin");
    }

    /** Returns the user of this ID, whom another test does not use. */
    public static User named(int port, String id) {
        return new User(port, id);
    }

    /** Returns a text as a JSON string. */
    public static String quoted(String text) {
        return JSON.valueToTree(text).toString();
    }

    public String id() {
        return id;
    }

    /** Returns a request with this user's token. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token);
    }

    public HttpResponse<String> get(String path, String... headers) throws Exception {
        return send(headers.length == 0 ? request(path) : request(path).headers(headers));
    }

    public HttpResponse<String> submit(String body, String... headers) throws Exception {
        HttpRequest.Builder request = request("/pipeline/run")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    /** Opens the job's event stream. */
    public EventReader follow(String jobId, String... headers) throws Exception {
        HttpRequest.Builder request = request("/pipeline/job/" + jobId + "/events");
        return new EventReader(CLIENT.send(
                (headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofInputStream()));
    }

    /** Submits a job that runs the script of that name in scripted.camel.yaml, and returns its ID. */
    public String start(String script) throws Exception {
        HttpResponse<String> answer =
                submit("{\"content\":\"A tide comes in.\",\"metadata\":{\"script\":\"" + script + "\"}}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return json(answer).path("job_id").asText();
    }

    public JsonNode job(String jobId) throws Exception {
        HttpResponse<String> answer = get("/pipeline/job/" + jobId);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    /** Waits until the job is in the state and returns the job. */
    public JsonNode await(String jobId, String status) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> job(jobId), job -> status.equals(job.path("status").asText()));
    }

    /** Waits until no call fails any more. After an outage, the pool finds its broken connections one by one. */
    public void awaitService() {
        Awaitility.await("a service that rejects no call")
                .atMost(PATIENCE)
                .until(
                        () -> atOnce(24, 8, () -> get("/pipeline/jobs").statusCode()),
                        codes -> codes.stream().allMatch(code -> code == 200));
    }

    /** Runs the call {@code calls} times, {@code atATime} in parallel, and returns the results. */
    public static <T> List<T> atOnce(int calls, int atATime, Callable<T> call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(atATime);
        try {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(Collections.nCopies(calls, call))) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    public static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return described(CLIENT.send(request.build(), BodyHandlers.ofString()));
    }

    public static HttpResponse<byte[]> download(HttpRequest.Builder request) throws IOException, InterruptedException {
        return described(CLIENT.send(request.build(), BodyHandlers.ofByteArray()));
    }

    /** Checks the response against openapi.yaml and returns it. */
    private static <T> HttpResponse<T> described(HttpResponse<T> answer) {
        OpenApi.check(answer);
        return answer;
    }

    public static JsonNode json(HttpResponse<String> answer) throws JsonProcessingException {
        return JSON.readTree(answer.body());
    }

    /** Returns the problem document of the response, after the checks that apply to every problem. */
    public static JsonNode problem(HttpResponse<String> answer, int status) throws JsonProcessingException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = json(answer);
        assertThat(names(problem)).contains("type", "title", "status", "instance", "request_id");
        assertThat(List.of("type", "title", "status", "detail", "instance", "request_id", "errors"))
                .containsAll(names(problem));
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Request-Id"))
                .hasValue(problem.path("request_id").asText());
        assertThat(answer.body()).doesNotContainIgnoringCase("exception", "com.aiprod", "java.", "jdbc", "select ");
        return problem;
    }

    /** Returns the errors in a 400 response, each as {@code field: message}. */
    public static List<String> faults(HttpResponse<String> answer) throws JsonProcessingException {
        List<String> faults = new ArrayList<>();
        for (JsonNode fault : problem(answer, 400).path("errors")) {
            assertThat(names(fault)).containsExactly("field", "message");
            faults.add(
                    fault.path("field").asText() + ": " + fault.path("message").asText());
        }
        return faults;
    }

    /** Returns the names of the object's properties in document order. */
    public static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
