package com.aiprod.pipeline.bench.chaos;

import com.aiprod.pipeline.embedded.DevelopmentTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One user's API client: takes the API processes in turn and retries until one answers. */
final class ApiClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final Pattern JOB_ID = Pattern.compile("\"job_id\"\\s*:\\s*\"([0-9a-f-]{36})\"");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final String token;
    private final List<Integer> ports;
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger retries = new AtomicInteger();
    private volatile boolean closed;

    /** @param ports the ports of the API processes */
    ApiClient(String user, List<Integer> ports) {
        this.token = DevelopmentTokens.token(user);
        this.ports = ports;
    }

    /** Returns the first response that is not a server error, or null if the client is closed before. */
    HttpResponse<String> call(String path, UnaryOperator<HttpRequest.Builder> how) {
        while (!closed) {
            int port = ports.get(turn.getAndIncrement() % ports.size());
            HttpRequest request = how.apply(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .header("Authorization", "Bearer " + token)
                            .timeout(TIMEOUT))
                    .build();
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() < 500 && answer.statusCode() != 429) {
                    return answer;
                }
            } catch (IOException e) {
                // No response: the call may or may not have had its effect. The idempotency key covers both.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
            retries.incrementAndGet();
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return null;
    }

    /**
     * Submits a job with the idempotency key.
     *
     * @return the response, or null if the client is closed before
     */
    HttpResponse<String> submit(String key, String body) {
        return call(
                "/pipeline/run",
                request -> request.header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /**
     * Submits a job that must be accepted.
     *
     * @return the job ID
     */
    String mustSubmit(String body) {
        HttpResponse<String> answer = submit(UUID.randomUUID().toString(), body);
        if (answer == null || answer.statusCode() != 202) {
            throw new IllegalStateException("Not accepted: " + (answer == null ? "no answer" : answer.body()));
        }
        return jobId(answer);
    }

    /** Returns the ID of the accepted job, or null if the response has none. */
    static String jobId(HttpResponse<String> answer) {
        Matcher jobId = JOB_ID.matcher(answer.body());
        return jobId.find() ? jobId.group(1) : null;
    }

    /** Null when the client was closed before there was an answer. */
    HttpResponse<String> cancel(String jobId) {
        return call("/pipeline/job/" + jobId + "/cancel", request -> request.POST(HttpRequest.BodyPublishers.noBody()));
    }

    /** Null when the client was closed before there was an answer. */
    HttpResponse<String> read(String jobId) {
        return call("/pipeline/job/" + jobId, HttpRequest.Builder::GET);
    }

    /** Returns the number of retries after no response or a 5xx. */
    int retries() {
        return retries.get();
    }

    /** Ends calls in progress soon and makes no more. */
    void close() {
        closed = true;
    }
}
