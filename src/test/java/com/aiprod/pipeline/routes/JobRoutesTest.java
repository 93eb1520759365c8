package com.aiprod.pipeline.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.aiprod.pipeline.db.Queries;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.google.pubsub.GooglePubsubEndpoint;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Jobs from the outbox to their end, through the routes, PostgreSQL, and Pub/Sub. */
@RouteTest
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobRoutesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Autowired
    private CamelContext camel;

    @Autowired
    private ProducerTemplate producer;

    @Autowired
    private DataSource dataSource;

    @Autowired
    private Actor actor;

    @Autowired
    private Gates gates;

    @Value("${aiprod.pubsub.emulator-host}")
    private String endpoint;

    @Value("${google.cloud.project}")
    private String project;

    private final Nacks nacks = new Nacks();
    private Queries queries;
    private Wire wire;
    /** The slow jobs, started together. */
    private String transientJob;

    private String hangingJob;

    @BeforeAll
    void begin() {
        queries = new Queries(dataSource);
        wire = new Wire(endpoint, project);
        camel.getManagementStrategy().addEventNotifier(nacks);
        hangingJob = submit("hang");
        transientJob = submit("be transient");
    }

    /** Records failed exchanges: the consumer nacks those and acks all others. */
    private static final class Nacks extends SimpleEventNotifierSupport {
        private final List<String> messages = new CopyOnWriteArrayList<>();

        @Override
        public void notify(CamelEvent event) {
            if (event instanceof CamelEvent.ExchangeFailedEvent failed
                    && failed.getExchange().getFromEndpoint() instanceof GooglePubsubEndpoint) {
                messages.add(failed.getExchange().getFromRouteId() + ": " + failed.getCause());
            }
        }
    }

    @AfterAll
    void end() {
        assertThat(nacks.messages).isEmpty();
        wire.close();
        queries.close();
    }

    @Test
    void completesAJobWithItsOutput() throws Exception {
        String jobId = submit("succeed");
        JsonNode job = ended(jobId);
        assertThat(job.path("status").asText()).isEqualTo("COMPLETED");
        assertThat(job.at("/result/output"))
                .isEqualTo(JSON.readTree("{\"attempt\": 1, \"user\": \"ann\", \"lang\": \"en\"}"));
        assertThat(job.path("state_history").findValuesAsText("state"))
                .containsExactly("QUEUED", "PROCESSING", "COMPLETED");

        PubsubMessage announced = wire.messagesOf(jobId, Wire.JOBS).get(0);
        assertThat(announced.getAttributesMap()).isEqualTo(Map.of("job_id", jobId, "attempt", "1", "schema", "job.v1"));
        Schemas.assertValid("job.v1", announced.getData().toStringUtf8());
        PubsubMessage result = wire.messagesOf(jobId, Wire.RESULTS).get(0);
        assertThat(result.getAttributesMap()).isEqualTo(Map.of("job_id", jobId, "attempt", "1", "schema", "result.v1"));
        Schemas.assertValid("result.v1", result.getData().toStringUtf8());
        assertThat(wire.messagesOf(jobId, Wire.DEAD_LETTERS)).isEmpty();
    }

    @Test
    void keepsNumbersExact() throws Exception {
        String jobId = queries.submit(
                "ann",
                Map.of(
                        "content",
                        "echo the metadata",
                        "metadata",
                        "{\"a\": 1e400, \"b\": 0.1000000000000000055511151231257827, \"c\": 2.50, \"d\": -0, \"e\": 1E-400,"
                                + " \"f\": 123456789012345678901234567890, \"g\": 1e100000}"));
        producer.sendBody("direct:wake-dispatcher", null);
        ended(jobId);
        assertThat(queries.jdbc()
                        .queryForObject("SELECT output::text FROM results WHERE job_id = ?::uuid", String.class, jobId))
                .isEqualTo("{\"echo\":{\"a\":1E+400,\"b\":0.1000000000000000055511151231257827,\"c\":2.50,\"d\":0,"
                        + "\"e\":1E-400,\"f\":123456789012345678901234567890,\"g\":1E+100000}}");
    }

    @Test
    void retriesATransientFailureThreeTimesThenDeadLettersIt(CapturedOutput log) throws Exception {
        JsonNode job = ended(transientJob);
        assertThat(job.path("status").asText()).isEqualTo("FAILED");
        assertThat(job.at("/result/error_code").asText()).isEqualTo("RENDERER_AWAY");
        assertThat(job.at("/result/error_message").asText()).isEqualTo("The renderer is away");
        assertThat(job.at("/result/retryable").asBoolean()).isTrue();
        assertThat(job.path("attempt").asInt()).isOne();

        List<Long> runs = actor.runs(transientJob);
        assertThat(runs).hasSize(4);
        for (int retry = 1; retry < 4; retry++) {
            long expected = 1000L << (retry - 1);
            long waited = TimeUnit.NANOSECONDS.toMillis(runs.get(retry) - runs.get(retry - 1));
            // Each pause is twice the one before, plus or minus 20%, so the deviations multiply.
            assertThat((double) waited)
                    .as("pause %d", retry)
                    .isBetween(expected * Math.pow(0.8, retry) - 50, expected * Math.pow(1.2, retry) + 1500);
        }
        Map<String, Object> kept = letterOfJob(transientJob);
        assertThat(kept)
                .containsEntry("error_code", "RENDERER_AWAY")
                .containsEntry("attempt", 1)
                .containsEntry("attempts", 4)
                .containsEntry("route", "acted");
        PubsubMessage letter = wire.messagesOf(transientJob, Wire.DEAD_LETTERS).get(0);
        assertThat(letter.getAttributesMap())
                .isEqualTo(Map.of("job_id", transientJob, "attempt", "1", "schema", "dead-letter.v1"));
        JsonNode data = Schemas.assertValid("dead-letter.v1", letter.getData().toStringUtf8());
        // Several messages may announce a job, because a publish that takes longer than its lease is repeated.
        String messageId = data.at("/metadata/message_id").asText();
        PubsubMessage announced = wire.messages(
                        Wire.JOBS, message -> message.getMessageId().equals(messageId))
                .get(0);
        assertThat(announced.getAttributesMap()).containsEntry("job_id", transientJob);
        assertThat(data.at("/metadata/data").asText())
                .isEqualTo(announced.getData().toStringUtf8());
        assertThat(data.at("/metadata/attributes/schema").asText()).isEqualTo("job.v1");
        assertThat(data.at("/metadata/pipeline").asText()).isEqualTo("acted");
        assertThat(data.at("/metadata/revision").asText()).matches("[0-9a-f]{12}");
        assertThat(data.at("/metadata/step").asText()).isEqualTo("act");
        assertThat(data.at("/metadata/file").asText()).endsWith("pipelines/acted/acted.camel.yaml");
        assertThat(data.at("/metadata/line").asInt()).isEqualTo(8);
        assertThat(wire.messagesOf(transientJob, Wire.RESULTS)).hasSize(1);
    }

    @Test
    void succeedsOnARetry() throws Exception {
        String jobId = submit("fail once");
        JsonNode job = ended(jobId);
        assertThat(job.path("status").asText()).isEqualTo("COMPLETED");
        assertThat(job.at("/result/output/runs").asInt()).isEqualTo(2);
        assertThat(job.path("attempt").asInt()).isOne();
        assertThat(wire.messagesOf(jobId, Wire.DEAD_LETTERS)).isEmpty();
    }

    @Test
    void deadLettersAPermanentFailureAtOnceEvenWithAnIoCause() throws Exception {
        String jobId = submit("be permanent");
        JsonNode job = ended(jobId);
        assertThat(job.at("/result/error_code").asText()).isEqualTo("VIDEO_WRONG");
        assertThat(job.at("/result/error_message").asText()).isEqualTo("It is wrong");
        assertThat(job.at("/result/retryable").asBoolean(true)).isFalse();
        assertThat(actor.runs(jobId)).hasSize(1);
        assertThat(letterOfJob(jobId)).containsEntry("attempts", 1).containsEntry("error_code", "VIDEO_WRONG");
    }

    @Test
    void showsTheDetailsOfABugToOperatorsOnly() throws Exception {
        String jobId = submit("be a bug");
        JsonNode job = ended(jobId);
        assertThat(job.at("/result/error_code").asText()).isEqualTo("INTERNAL_ERROR");
        assertThat(job.toString()).doesNotContain("secret", "IllegalState");
        assertThat(letterOfJob(jobId).get("error").toString()).contains("IllegalStateException: password=secret");
    }

    @Test
    void failsAJobWhoseOutputIsNotAMap() throws Exception {
        assertThat(ended(submit("leave no map")).at("/result/error_code").asText())
                .isEqualTo("PIPELINE_OUTPUT_INVALID");
    }

    @Test
    void failsAJobWhoseOutputIsNotJsonAndNamesTheKey() throws Exception {
        JsonNode job = ended(submit("leave a stream"));
        assertThat(job.at("/result/error_code").asText()).isEqualTo("PIPELINE_OUTPUT_INVALID");
        assertThat(job.at("/result/error_message").asText()).isEqualTo("output.files[0].stream is a stream.");
        assertThat(job.at("/result/retryable").asBoolean(true)).isFalse();
    }

    @Test
    void failsAJobWhoseResultTheDatabaseRejects() throws Exception {
        queries.jdbc()
                .execute(
                        "ALTER TABLE results ADD CONSTRAINT refusal CHECK (cast(output AS text) NOT LIKE '%refuses%')");
        try {
            String jobId = submit("leave what is refused");
            JsonNode job = ended(jobId);
            assertThat(job.path("status").asText()).isEqualTo("FAILED");
            assertThat(job.at("/result/error_code").asText()).isEqualTo("RESULT_REFUSED");
            assertThat(job.at("/result/output").isNull()).isTrue();
        } finally {
            queries.jdbc().execute("ALTER TABLE results DROP CONSTRAINT refusal");
        }
    }

    @Test
    void makesErrorTextsOfStagesStorable() throws Exception {
        String jobId = submit("speak in tongues");
        JsonNode job = ended(jobId);
        assertThat(job.path("status").asText()).isEqualTo("FAILED");
        assertThat(job.at("/result/error_code").asText()).isEqualTo("PIPELINE_ERROR");
        assertThat(job.at("/result/error_message").asText())
                .startsWith("a\uFFFDb\uFFFDa")
                .endsWith("…")
                .hasSize(4_000);
        assertThat(letterOfJob(jobId)).containsEntry("attempts", 1);
    }

    @Test
    void stopsARunAtTheTimeLimitWithoutARetry() throws Exception {
        JsonNode job = ended(hangingJob);
        assertThat(job.path("status").asText()).isEqualTo("FAILED");
        assertThat(job.at("/result/error_code").asText()).isEqualTo("PIPELINE_TIMEOUT");
        assertThat(job.at("/result/execution_time_ms").asLong()).isBetween(12_000L, 17_000L);
        assertThat(actor.interrupted(hangingJob).getCount()).isZero();
        assertThat(actor.runs(hangingJob)).hasSize(1);
        assertThat(letterOfJob(hangingJob))
                .containsEntry("error_code", "PIPELINE_TIMEOUT")
                .containsEntry("attempts", 1);
        JsonNode result = JSON.readTree(
                wire.messagesOf(hangingJob, Wire.RESULTS).get(0).getData().toStringUtf8());
        assertThat(result.path("status").asText()).isEqualTo("timeout");
    }

    @Test
    void stopsACancelledJobWithoutAResultOrADeadLetter(CapturedOutput log) throws Exception {
        String jobId = submit("hang");
        await().atMost(LIMIT).until(() -> !actor.runs(jobId).isEmpty());
        queries.jdbc()
                .update(
                        "UPDATE jobs SET state = 'CANCELLED', completed_at = now(), worker_id = NULL,"
                                + " lease_expires_at = NULL, progress_stage = NULL, progress_percent = NULL"
                                + " WHERE id = ?::uuid",
                        jobId);
        assertThat(actor.interrupted(jobId).await(5, TimeUnit.SECONDS)).isTrue();
        await().atMost(LIMIT).until(() -> log.getOut().contains("Job " + jobId + " attempt 1 stopped"));
        assertThat(wire.messagesOf(jobId, Wire.RESULTS)).isEmpty();
        assertThat(wire.messagesOf(jobId, Wire.DEAD_LETTERS)).isEmpty();
        assertThat(queries.job("state", jobId)).isEqualTo("CANCELLED");
    }

    @Test
    void rerunsAJobAfterItsWorkerDied() throws Exception {
        // In one statement; otherwise this application's worker might claim the job first.
        String jobId = queries.jdbc().queryForObject("""
                        WITH job AS (
                            INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, state, attempt,
                                              worker_id, lease_expires_at, started_at)
                            VALUES (uuid_v7(), 'ann', 'succeed', 'quick_social', 'low', 'en', 10, 'PROCESSING', 1,
                                    'worker-that-vanished', now() - interval '1 s', now())
                            RETURNING id
                        ), history AS (
                            INSERT INTO job_states (job_id, state)
                            SELECT id, state FROM job, unnest(ARRAY['QUEUED', 'PROCESSING']::job_state[])
                                WITH ORDINALITY AS entered (state, place)
                            ORDER BY place
                        )
                        SELECT id::text FROM job
                        """, String.class);
        JsonNode job = ended(jobId);
        assertThat(job.path("status").asText()).isEqualTo("COMPLETED");
        assertThat(job.path("attempt").asInt()).isEqualTo(2);
        assertThat(job.path("state_history").findValuesAsText("state"))
                .containsExactly("QUEUED", "PROCESSING", "QUEUED", "PROCESSING", "COMPLETED");
    }

    @Test
    void logsHowOftenABackgroundRouteFailed(CapturedOutput log) {
        camel.createProducerTemplate().sendBody("direct:delete-files", "no row");
        assertThat(log.getOut()).contains("delete-files failed and will run again (failures since the last line: 1): ");
    }

    @Test
    void ignoresADuplicateJobMessage(CapturedOutput log) throws Exception {
        String jobId = submit("succeed");
        ended(jobId);
        PubsubMessage first = wire.messagesOf(jobId, Wire.JOBS).get(0);
        wire.publish(Wire.JOBS, first.getData(), first.getAttributesMap());
        await().atMost(LIMIT).until(() -> log.getOut().contains("Job " + jobId + " is not queued"));
        assertThat(actor.runs(jobId)).hasSize(1);
        assertThat(wire.messagesOf(jobId, Wire.RESULTS)).hasSize(1);
        assertThat(wire.messagesOf(jobId, Wire.DEAD_LETTERS)).isEmpty();
    }

    @Test
    void deadLettersAPoisonJobMessageAndGoesOn() throws Exception {
        String unknown = UUID.randomUUID().toString();
        for (String data : List.of(
                "no JSON at all",
                "",
                "[]",
                "{}",
                "{\"job_id\": null}",
                "{\"job_id\": \"no-uuid\"}",
                "{\"job_id\": \"" + unknown + "\"}")) {
            assertPoison(Wire.JOBS, data, Map.of("schema", "job.v1"));
        }
        assertPoison(Wire.JOBS, ByteString.copyFrom(new byte[] {(byte) 0xff, 0, 1}), Map.of());
        assertThat(ended(submit("succeed")).path("status").asText()).isEqualTo("COMPLETED");
    }

    @Test
    void deadLettersAPoisonResultAndGoesOn() throws Exception {
        String jobId = submit("hang");
        String unknown = UUID.randomUUID().toString();
        String valid = "{\"job_id\": \"%s\", \"status\": \"success\", \"output\": {}, \"processing_time_ms\": 1}";
        assertPoison(Wire.RESULTS, "{", Map.of("attempt", "1"));
        assertPoison(Wire.RESULTS, valid.formatted(unknown), Map.of("attempt", "1"));
        assertPoison(Wire.RESULTS, valid.formatted(jobId), Map.of());
        assertPoison(Wire.RESULTS, valid.formatted(jobId), Map.of("attempt", "-1"));
        assertPoison(Wire.RESULTS, valid.formatted(jobId).replace("success", "lost"), Map.of("attempt", "1"));
        assertPoison(Wire.RESULTS, "{\"job_id\": \"%s\"}".formatted(jobId), Map.of("attempt", "1"));
    }

    @Test
    void acceptsAResultOfAnotherVersion() throws Exception {
        String jobId = submit("hang");
        await().atMost(LIMIT).until(() -> !actor.runs(jobId).isEmpty());
        wire.publish(
                Wire.RESULTS, ByteString.copyFromUtf8("""
                        {"job_id": "%s", "status": "error", "output": {"error_code": "%s"}, "later_field": 1,
                         "error_message": "a nul \\u0000 in it", "processing_time_ms": 1}
                        """.formatted(jobId, "X".repeat(200))), Map.of("attempt", "1"));
        JsonNode job = ended(jobId);
        assertThat(job.at("/result/error_code").asText()).isEqualTo("PIPELINE_ERROR");
        assertThat(job.at("/result/error_message").asText()).startsWith("a nul ");
    }

    @Test
    void keepsAMessageDeadLetteredByPubSubAsReceived() throws Exception {
        String jobId = submit("succeed");
        ended(jobId);
        String data = "{\"job_id\": \"" + jobId + "\"}";
        String messageId = wire.publish(
                Wire.DEAD_LETTERS,
                ByteString.copyFromUtf8(data),
                Map.of(
                        "job_id", jobId,
                        "schema", "job.v1",
                        "CloudPubSubDeadLetterSourceDeliveryCount", "5",
                        "CloudPubSubDeadLetterSourceSubscription", "aiprod-pipeline-jobs-sub"));
        Map<String, Object> letter = letterOfMessage(messageId);
        assertThat(letter)
                .containsEntry("job_id", UUID.fromString(jobId))
                .containsEntry("error_code", "DELIVERY_EXHAUSTED")
                .containsEntry("settled_why", "Its job is COMPLETED.")
                .containsEntry("route", "aiprod-pipeline-jobs-sub");
        assertThat(JSON.readTree(letter.get("metadata").toString()).path("data").asText())
                .isEqualTo(data);
    }

    @Test
    void keepsAnUnreadableDeadLetterAsReceived() throws Exception {
        for (ByteString data : List.of(
                ByteString.copyFrom(new byte[] {(byte) 0xff, 0, 1}),
                ByteString.copyFromUtf8("{\"reason\": \"\"}"),
                ByteString.copyFromUtf8("nul \u0000"),
                ByteString.copyFromUtf8(
                        "{\"reason\": \"A_CODE\", \"error\": \"a nul \\u0000\", \"metadata\": {\"x\": \"\\u0000\"}}"))) {
            assertThat(letterOfMessage(wire.publish(Wire.DEAD_LETTERS, data, Map.of("schema", "dead-letter.v1"))))
                    .containsEntry("job_id", null);
        }
    }

    @Test
    void failsAJobThatCanBeRedrivenWhileTheDeadLetterTopicIsDown() throws Exception {
        String jobId =
                (String) queries.row("submit-job", submission("be permanent")).get("job_id");
        gates.shut("publish-letter-message", exchange -> {
            if (exchange.getMessage().getBody(String.class).contains(jobId)) {
                throw new IOException("unreachable for a test");
            }
        });
        producer.sendBody("direct:wake-dispatcher", null);
        JsonNode job = ended(jobId);
        gates.open("publish-letter-message");
        assertThat(job.path("status").asText()).isEqualTo("FAILED");
        assertThat(queries.jdbc()
                        .queryForMap("SELECT error_code, message_id FROM dead_letters WHERE job_id = ?::uuid", jobId))
                .containsEntry("error_code", job.at("/result/error_code").asText())
                .containsEntry("message_id", "result:" + jobId + ":1");
    }

    @Test
    void retriesAFailedResultPublish() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        gates.shut("publish-result-message", exchange -> {
            if (exchange.getMessage().getBody(String.class).contains("unheard") && tries.incrementAndGet() == 1) {
                throw new IOException("unreachable for a test");
            }
        });
        JsonNode job = ended(queries.submit("unheard", Map.of("content", "succeed")));
        gates.open("publish-result-message");
        assertThat(job.path("status").asText()).isEqualTo("COMPLETED");
        assertThat(job.path("attempt").asInt()).isOne();
        assertThat(tries.get()).isGreaterThan(1);
    }

    @Test
    void keepsAJobInTheOutboxUntilItsPublishSucceeds(CapturedOutput log) throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Map<String, Object> submission = submission("succeed");
        submission.put("userId", "unlucky");
        gates.shut("publish-job-message", exchange -> {
            if (exchange.getMessage().getBody(String.class).contains("unlucky") && tries.incrementAndGet() == 1) {
                throw new IOException("no way for the unlucky");
            }
        });
        String jobId = (String) queries.row("submit-job", submission).get("job_id");
        producer.sendBody("direct:wake-dispatcher", null);
        await().atMost(LIMIT).until(() -> tries.get() > 0);
        assertThat(queries.job("state", jobId)).isEqualTo("QUEUED");
        JsonNode job = ended(jobId);
        gates.open("publish-job-message");
        assertThat(job.path("status").asText()).isEqualTo("COMPLETED");
        assertThat(tries).hasValueGreaterThan(1);
        // Every try but the rejected one reached Pub/Sub.
        await().atMost(LIMIT).until(() -> wire.messagesOf(jobId, Wire.JOBS).size() == tries.get() - 1);
        assertThat(log.getOut().lines().filter(line -> line.contains("no way for the unlucky")))
                .singleElement()
                .asString()
                .contains("Pub/Sub rejected 1 of ");
    }

    @Test
    void slowPublishDelaysNoOtherJob() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        gates.shut("publish-job-message", exchange -> {
            if (exchange.getMessage().getBody(String.class).contains("sluggish")) {
                begun.countDown();
                goesOn.await();
            }
        });
        Map<String, Object> submission = submission("succeed");
        submission.put("userId", "sluggish");
        String slow = (String) queries.row("submit-job", submission).get("job_id");
        try {
            producer.sendBody("direct:wake-dispatcher", null);
            begun.await();
            String other =
                    (String) queries.row("submit-job", submission("succeed")).get("job_id");
            assertThat(ended(other).path("status").asText()).isEqualTo("COMPLETED");
            assertThat(queries.job("state", slow)).isEqualTo("QUEUED");
        } finally {
            goesOn.countDown();
            gates.open("publish-job-message");
        }
        assertThat(ended(slow).path("status").asText()).isEqualTo("COMPLETED");
    }

    @Test
    void publishesNoAttributesButTheContractsFour() {
        String jobId = UUID.randomUUID().toString();
        Map<String, Object> headers = new HashMap<>(Map.of(
                "Authorization", "Bearer secret",
                "Cookie", "secret",
                "X-Api-Key", "secret",
                "goog-something", "secret",
                "user_id", "mallory",
                "CamelGooglePubsubAttributes", Map.of("x", "secret"),
                "CamelGooglePubsubOrderingKey", "secret"));
        Map<String, Object> row = Queries.variables(
                "outbox_id", 1L, "job_id", jobId, "attempt", 1, "traceparent", "00-trace", "message", "{}");
        Exchange job = producer.request("direct:publish-job", exchange -> {
            exchange.getMessage().setHeaders(new HashMap<>(headers));
            exchange.getMessage().setBody(row);
            exchange.setVariable("jobId", jobId);
            exchange.setVariable("attempt", 1);
            exchange.setVariable("traceparent", "00-trace");
        });
        assertThat(job.getException()).isNull();
        for (String route : List.of("publish-result", "publish-dead-letter")) {
            Exchange sent = producer.request("direct:" + route, exchange -> {
                exchange.getMessage().setHeaders(new HashMap<>(headers));
                exchange.setVariable("jobId", jobId);
                exchange.setVariable("attempt", 1);
                exchange.setVariable("traceparent", "00-trace");
                exchange.setProperty(Exchange.EXCEPTION_CAUGHT, new IllegalStateException("for a test"));
                exchange.getMessage().setBody("{}");
            });
            assertThat(sent.getException()).as(route).isNull();
        }
        for (String topic : List.of(Wire.JOBS, Wire.RESULTS, Wire.DEAD_LETTERS)) {
            PubsubMessage message = wire.messagesOf(jobId, topic).get(0);
            assertThat(message.getAttributesMap())
                    .as(topic)
                    .containsOnlyKeys("job_id", "attempt", "traceparent", "schema")
                    .containsEntry("job_id", jobId)
                    .containsEntry("attempt", "1")
                    .containsEntry("traceparent", "00-trace");
            assertThat(message.getOrderingKey()).isEmpty();
        }
    }

    private void assertPoison(String topic, String data, Map<String, String> attributes) throws Exception {
        assertPoison(topic, ByteString.copyFromUtf8(data), attributes);
    }

    /** Publishes the message, then checks that it is acked and becomes one dead letter with its data. */
    private void assertPoison(String topic, ByteString data, Map<String, String> attributes) throws Exception {
        String messageId = wire.publish(topic, data, attributes);
        Map<String, Object> letter = await().atMost(LIMIT)
                .until(
                        () -> queries
                                .jdbc()
                                .queryForList(
                                        "SELECT error_code, metadata::text FROM dead_letters"
                                                + " WHERE metadata->>'message_id' = ?",
                                        messageId)
                                .stream()
                                .toList(),
                        rows -> !rows.isEmpty())
                .get(0);
        assertThat(letter).containsEntry("error_code", "POISON_MESSAGE");
        JsonNode metadata = JSON.readTree((String) letter.get("metadata"));
        if (metadata.has("data")) {
            assertThat(metadata.path("data").asText()).isEqualTo(data.toStringUtf8());
        } else {
            assertThat(metadata.path("data_base64").binaryValue()).isEqualTo(data.toByteArray());
        }
    }

    private Map<String, Object> letterOfJob(String jobId) {
        return letterWhere("message_id NOT LIKE 'result:%' AND job_id = ?::uuid", jobId);
    }

    private Map<String, Object> letterOfMessage(String messageId) {
        return letterWhere("message_id = ?", messageId);
    }

    private Map<String, Object> letterWhere(String condition, String value) {
        return await().atMost(LIMIT)
                .until(
                        () -> queries.jdbc().queryForList("SELECT * FROM dead_letters WHERE " + condition, value),
                        rows -> !rows.isEmpty())
                .get(0);
    }

    private static Map<String, Object> submission(String content) {
        return Queries.submission("ann", Map.of("content", content));
    }

    private String submit(String content) {
        String jobId = queries.submit("ann", Map.of("content", content));
        producer.sendBody("direct:wake-dispatcher", null);
        return jobId;
    }

    private JsonNode ended(String jobId) throws IOException {
        Map<String, Object> row = await().atMost(LIMIT)
                .until(
                        () -> queries.row("read-job", Map.of("jobId", jobId)),
                        job -> Boolean.TRUE.equals(job.get("ended")));
        return JSON.readTree((String) row.get("job"));
    }
}
