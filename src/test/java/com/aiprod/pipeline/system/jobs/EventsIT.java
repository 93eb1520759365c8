package com.aiprod.pipeline.system.jobs;

import static com.aiprod.pipeline.system.User.faults;
import static com.aiprod.pipeline.system.User.problem;
import static com.aiprod.pipeline.system.User.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.EventReader;
import com.aiprod.pipeline.system.EventReader.Event;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.aiprod.pipeline.worker.RunningAttempts;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A job's event stream, as its owner's client sees it. */
@SystemTest
class EventsIT {

    @LocalServerPort
    private int port;

    @Autowired
    private RunningAttempts running;

    private User alice;

    @BeforeEach
    void createUser() {
        alice = User.of(port, "alice");
    }

    @Test
    void streamsTheWholeLifeOfAJobAndEnds() throws Exception {
        String id = alice.start("none");
        try (EventReader stream = alice.follow(id)) {
            assertThat(stream.answer().statusCode()).isEqualTo(200);
            assertThat(stream.answer().headers().firstValue("Content-Type")).hasValue("text/event-stream");
            assertThat(stream.answer().headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(stream.answer().headers().firstValue("X-Request-Id")).isPresent();
            assertMatchesHistory(stream.awaitEnd(), alice.job(id), "QUEUED", "PROCESSING", "COMPLETED");
        }
    }

    @Test
    void streamsTheEventsOfAFailedJob() throws Exception {
        String id = alice.start("fail permanently");
        try (EventReader stream = alice.follow(id)) {
            assertMatchesHistory(stream.awaitEnd(), alice.job(id), "QUEUED", "PROCESSING", "FAILED");
        }
    }

    @Test
    void replaysAllEventsOrThoseAfterAnyEvent() throws Exception {
        String id = alice.start("none");
        alice.await(id, "COMPLETED");
        List<Event> all;
        try (EventReader stream = alice.follow(id)) {
            all = stream.awaitEnd();
        }
        assertThat(all).hasSize(3);
        for (int had = 0; had < all.size(); had++) {
            try (EventReader stream = alice.follow(
                    id,
                    "Last-Event-ID",
                    had == 0 ? "0" : String.valueOf(all.get(had - 1).id()))) {
                assertThat(stream.awaitEnd()).isEqualTo(all.subList(had, all.size()));
            }
        }
        // The HTML standard: a 204 makes a client stop reconnecting.
        String last = String.valueOf(all.get(all.size() - 1).id());
        HttpResponse<String> nothing = alice.get("/pipeline/job/" + id + "/events", "Last-Event-ID", last);
        assertThat(nothing.statusCode()).isEqualTo(204);
        assertThat(nothing.body()).isEmpty();
    }

    @Test
    void streamsProgressAndResumesWithoutAGap() throws Exception {
        String id = alice.start("hang");
        List<Event> all;
        try (EventReader stream = alice.follow(id)) {
            stream.await(2);
            running.report(id, 1, "render", 10);
            stream.await(3);
            try (EventReader resumed = alice.follow(
                    id, "Last-Event-ID", String.valueOf(stream.events().get(0).id()))) {
                assertThat(resumed.await(2)).isEqualTo(stream.events().subList(1, 3));
                running.report(id, 1, "render", 40);
                stream.await(4);
                assertThat(resumed.await(3)).isEqualTo(stream.events().subList(1, 4));
            }
            send(alice.request("/pipeline/job/" + id + "/cancel").POST(BodyPublishers.noBody()));
            all = stream.awaitEnd();
        }
        assertThat(all).extracting(Event::type).containsExactly("state", "state", "progress", "progress", "state");
        assertThat(all.get(2).data().toString()).isEqualTo("{\"stage\":\"render\",\"percent\":10}");
        assertThat(all.get(3).data().toString()).isEqualTo("{\"stage\":\"render\",\"percent\":40}");
        assertThat(all.get(4).data().path("state").asText()).isEqualTo("CANCELLED");
        assertIncreasing(all);
        for (int had = 2; had < 5; had++) {
            try (EventReader resumed = alice.follow(
                    id, "Last-Event-ID", String.valueOf(all.get(had - 1).id()))) {
                assertThat(resumed.awaitEnd())
                        .as("after event %d: no progress of a past state", had)
                        .isEqualTo(all.subList(4, 5));
            }
        }
    }

    @Test
    void sendsCommentsAsHeartbeats() throws Exception {
        String id = alice.start("hang");
        try (EventReader stream = alice.follow(id)) {
            stream.await(2);
            stream.awaitComment(Duration.ofSeconds(15));
            stream.awaitComment(Duration.ofSeconds(15));
            assertThat(stream.events()).hasSize(2);
        }
        send(alice.request("/pipeline/job/" + id + "/cancel").POST(BodyPublishers.noBody()));
    }

    @Test
    void sendsTheSameEventsToEveryStream() throws Exception {
        String id = alice.start("hang");
        List<EventReader> streams = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            streams.add(alice.follow(id));
        }
        send(alice.request("/pipeline/job/" + id + "/cancel").POST(BodyPublishers.noBody()));
        List<Event> all = streams.get(0).awaitEnd();
        assertThat(all).hasSizeGreaterThan(1);
        for (EventReader stream : streams) {
            assertThat(stream.awaitEnd()).isEqualTo(all);
        }
    }

    @Test
    void rejectsAnyoneButTheOwner() throws Exception {
        String id = alice.start("none");
        String path = "/pipeline/job/" + id + "/events";
        problem(User.of(port, "mallory").get(path, "Accept", "text/event-stream"), 403);
        problem(User.admin(port, "root").get(path), 403);
        problem(send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))), 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"019bc6ec-0000-7000-8000-000000000000", "1", "null", "%27%20OR%201=1"})
    void returns404ForAnUnknownOrMalformedId(String id) throws Exception {
        problem(alice.get("/pipeline/job/" + id + "/events", "Accept", "text/event-stream"), 404);
    }

    @Test
    void servesEventStreamsOnly() throws Exception {
        String path = "/pipeline/job/" + alice.start("none") + "/events";
        assertThat(problem(alice.get(path, "Accept", "application/json"), 406)
                        .path("detail")
                        .asText())
                .contains("text/event-stream");
        HttpResponse<String> posted = send(alice.request(path).POST(BodyPublishers.noBody()));
        problem(posted, 405);
        assertThat(posted.headers().firstValue("Allow")).hasValue("GET, HEAD, OPTIONS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "-1", "1.5", "4000000000", "99999999999999999999", "2000000000, 1"})
    void rejectsAnInvalidLastEventId(String lastEventId) throws Exception {
        String id = alice.start("none");
        alice.await(id, "COMPLETED");
        assertThat(faults(alice.get("/pipeline/job/" + id + "/events", "Last-Event-ID", lastEventId)))
                .containsExactly("Last-Event-ID: must be the ID of an event of this job, or be omitted");
    }

    @Test
    void answersHeadWithoutAStream() throws Exception {
        String id = alice.start("hang");
        HttpResponse<String> head =
                send(alice.request("/pipeline/job/" + id + "/events").method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        send(alice.request("/pipeline/job/" + id + "/cancel").POST(BodyPublishers.noBody()));
    }

    private static void assertMatchesHistory(List<Event> events, JsonNode job, String... states) {
        assertThat(events).extracting(Event::type).containsOnly("state");
        assertThat(events)
                .extracting(event -> event.data().path("state").asText())
                .containsExactly(states);
        List<JsonNode> history = new ArrayList<>();
        job.path("state_history").forEach(history::add);
        assertThat(events).extracting(Event::data).isEqualTo(history);
        assertIncreasing(events);
    }

    private static void assertIncreasing(List<Event> events) {
        for (int place = 1; place < events.size(); place++) {
            assertThat(events.get(place).id())
                    .isGreaterThan(events.get(place - 1).id());
        }
    }
}
