package com.aiprod.pipeline.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** Reads a {@code text/event-stream} in the background, as the HTML standard says, and keeps its events. */
public final class EventReader implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpResponse<InputStream> answer;
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final AtomicInteger comments = new AtomicInteger();
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    /** One event. All three fields are required. */
    public record Event(long id, String type, JsonNode data) {}

    public EventReader(HttpResponse<InputStream> answer) {
        this.answer = answer;
        new Thread(this::read, "event-reader").start();
    }

    public HttpResponse<InputStream> answer() {
        return answer;
    }

    /** Returns the events received so far. */
    public List<Event> events() {
        return List.copyOf(events);
    }

    /** Waits for at least {@code count} events and returns all received so far. */
    public List<Event> await(int count) {
        Awaitility.await().atMost(PATIENCE).until(() -> events.size() >= count);
        return events();
    }

    /** Waits until the server ends the stream and returns all events. */
    public List<Event> awaitEnd() throws Exception {
        end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return events();
    }

    /** Waits for one more comment. */
    public void awaitComment(Duration limit) {
        int before = comments.get();
        Awaitility.await().atMost(limit).until(() -> comments.get() > before);
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String id = null;
            String type = null;
            String data = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(":")) {
                    comments.incrementAndGet();
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    type = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                } else if (line.isEmpty() && data != null) {
                    events.add(new Event(Long.parseLong(id), type, JSON.readTree(data)));
                    id = null;
                    type = null;
                    data = null;
                }
            }
            end.complete(null);
        } catch (IOException e) {
            end.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        try {
            answer.body().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
