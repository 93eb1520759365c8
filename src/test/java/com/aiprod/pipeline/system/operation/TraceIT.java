package com.aiprod.pipeline.system.operation;

import static com.aiprod.pipeline.system.User.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.OtlpReceiver;
import com.aiprod.pipeline.system.OtlpReceiver.Received;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** A job's trace as a collector receives it, from the client's own span to the recorded result. */
@SystemTest
class TraceIT {

    /** A new ID, because other tests in this JVM send the well-known examples. */
    private static final String CLIENT_TRACE = newTrace();

    private static final String CLIENT_SPAN = "b7ad6b7169203331";

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    @Test
    void spansTheWholeJobIncludingARetry() throws Exception {
        User alice = User.of(port, "alice");
        String id = start(alice, "fail once", "00-" + CLIENT_TRACE + "-" + CLIENT_SPAN + "-01");
        alice.await(id, "COMPLETED");

        List<Received> trace =
                await(CLIENT_TRACE, spans -> named(spans, "record-result").size() == 1);

        Received request = one(trace, "http post /pipeline/run");
        assertThat(request.parent()).isEqualTo(CLIENT_SPAN);
        assertThat(request.kind()).isEqualTo("SERVER");
        Received published = child(trace, request, "publish-job", "PRODUCER");
        Received received = child(trace, published, "run-job", "CONSUMER");
        Received claimed = child(trace, received, "receive-job", "CONSUMER");
        Received ran = child(trace, claimed, "run-claimed-job", "INTERNAL");
        Received attempted = child(trace, ran, "attempt-job", "INTERNAL");
        List<Received> tries = named(trace, "scripted");
        assertThat(tries)
                .hasSize(2)
                .allSatisfy(span -> assertThat(span.parent()).isEqualTo(attempted.id()));
        assertThat(tries).extracting(Received::failed).containsExactlyInAnyOrder(true, false);
        assertThat(named(trace, "scripted-stage"))
                .extracting(Received::parent)
                .containsExactlyInAnyOrderElementsOf(
                        tries.stream().map(Received::id).toList());
        Received written = child(trace, ran, "publish-result", "INTERNAL");
        Received result = child(trace, written, "send-result", "PRODUCER");
        child(trace, result, "record-result", "CONSUMER");
        // A round of the dispatcher that the claim woke is for all jobs. Before the claim, a job has no attempt.
        assertThat(trace)
                .filteredOn(span -> !span.id().equals(request.id())
                        && !List.of("dispatch-jobs", "claim-job").contains(span.name()))
                .allSatisfy(span ->
                        assertThat(span.tags()).containsEntry("job_id", id).containsEntry("attempt", "1"));
        assertThat(trace).filteredOn(span -> span.failed()).hasSize(1);
    }

    @Test
    void isTheSameForAllAttempts() throws Exception {
        User alice = User.of(port, "alice");
        String id = start(alice, "hang once", null);
        alice.await(id, "PROCESSING");
        database.update(
                "UPDATE jobs SET worker_id = 'ghost', lease_expires_at = now() - interval '1 s'"
                        + " WHERE id = cast(? AS uuid)",
                id);
        alice.await(id, "COMPLETED");

        String trace = database.queryForObject(
                        "SELECT traceparent FROM jobs WHERE id = cast(? AS uuid)", String.class, id)
                .split("-")[1];
        List<Received> spans = await(trace, all -> named(all, "record-result").size() == 1);
        assertThat(named(spans, "publish-job")).hasSize(2);
        assertThat(named(spans, "run-job"))
                .extracting(span -> span.tags().get("attempt"))
                .containsExactlyInAnyOrder("1", "2");
        assertThat(OtlpReceiver.ofJob(id)).extracting(Received::trace).containsOnly(trace);
    }

    @Test
    void startsANewTraceForAnInvalidTraceparent() throws Exception {
        User alice = User.of(port, "alice");
        for (String invalid : List.of(
                "garbage",
                "00-00000000000000000000000000000000-" + CLIENT_SPAN + "-01",
                "00-" + CLIENT_TRACE + "-0000000000000000-01",
                "ff-" + CLIENT_TRACE + "-" + CLIENT_SPAN + "-01",
                "00-" + CLIENT_TRACE.toUpperCase(Locale.ROOT) + "-" + CLIENT_SPAN + "-01")) {
            String id = start(alice, "none", invalid);
            String stored = database.queryForObject(
                    "SELECT traceparent FROM jobs WHERE id = cast(? AS uuid)", String.class, id);
            assertThat(stored)
                    .as(invalid)
                    .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
                    .doesNotContain(CLIENT_TRACE);
        }
    }

    @Test
    void isOffWhenTheClientDoesNotSample() throws Exception {
        User alice = User.of(port, "alice");
        String unsampled = newTrace();
        String id = start(alice, "none", "00-" + unsampled + "-" + CLIENT_SPAN + "-00");
        alice.await(id, "COMPLETED");
        assertThat(database.queryForObject("SELECT traceparent FROM jobs WHERE id = cast(? AS uuid)", String.class, id))
                .isNull();
        // The spans of a job that ends later arrive later.
        String later = start(alice, "none", null);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> OtlpReceiver.ofJob(later).stream()
                        .anyMatch(span -> span.name().equals("record-result")));
        assertThat(OtlpReceiver.trace(unsampled)).isEmpty();
        assertThat(OtlpReceiver.ofJob(id)).isEmpty();
    }

    private static String newTrace() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private static String start(User user, String script, String traceparent) throws Exception {
        String body = "{\"content\":\"x\",\"metadata\":{\"script\":\"" + script + "\"}}";
        return json(traceparent == null ? user.submit(body) : user.submit(body, "traceparent", traceparent))
                .path("job_id")
                .asText();
    }

    private static List<Received> await(String trace, Predicate<List<Received>> complete) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> OtlpReceiver.trace(trace),
                        spans -> complete.test(spans)
                                && !named(spans, "run-claimed-job").isEmpty());
    }

    private static List<Received> named(List<Received> spans, String name) {
        return spans.stream().filter(span -> span.name().equals(name)).toList();
    }

    private static Received one(List<Received> trace, String name) {
        assertThat(trace).extracting(Received::name).containsOnlyOnce(name);
        return named(trace, name).get(0);
    }

    private static Received child(List<Received> trace, Received parent, String name, String kind) {
        Received child = one(trace, name);
        assertThat(child.parent()).as(name).isEqualTo(parent.id());
        assertThat(child.kind()).as(name).isEqualTo(kind);
        return child;
    }
}
