package com.aiprod.pipeline.system.failures;

import static com.aiprod.pipeline.system.User.problem;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.aiprod.pipeline.system.Tap;
import com.aiprod.pipeline.system.User;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.SubscriptionName;
import com.google.pubsub.v1.Topic;
import com.google.pubsub.v1.TopicName;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Pub/Sub or PostgreSQL goes down and comes back: no job is lost, and clients see nothing worse than a 503. */
@SpringBootTest(
        classes = PipelineApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "aiprod.pipeline.route=echo",
            "aiprod.pubsub.check-interval=500ms",
            "aiprod.dispatcher.lease-sec=2",
            "aiprod.rescue.message-lost-after-sec=3",
            "aiprod.rescue.interval=500",
            "aiprod.worker.lease-sec=3",
            "aiprod.worker.renew-interval=500",
            "spring.datasource.hikari.connection-timeout=500"
        })
@ContextConfiguration(initializers = {EmbeddedServices.class, DevelopmentTokens.class})
@DirtiesContext
@ExtendWith(OutputCaptureExtension.class)
class OutageIT {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static EmbeddedPubSub pubSub = EmbeddedPubSub.start();
    private static final Tap WIRE = Tap.beforeServer(pubSub.endpoint());
    private static final Tap DATABASE = Tap.before(EmbeddedDatabase.create());

    @LocalServerPort
    private int port;

    @LocalManagementPort
    private int managementPort;

    @Autowired
    private MeterRegistry registry;

    private User alice;

    @DynamicPropertySource
    static void services(DynamicPropertyRegistry settings) {
        settings.add("aiprod.pubsub.emulator-host", WIRE::endpoint);
        settings.add("spring.datasource.url", DATABASE::jdbcUrl);
    }

    @AfterAll
    static void close() {
        WIRE.close();
        pubSub.close();
        DATABASE.close();
    }

    @BeforeEach
    void awaitHealthy() {
        alice = User.of(port, "alice");
        new Health(managementPort).awaitReadiness("UP");
        alice.awaitService();
    }

    @Test
    void acceptsJobsWhilePubSubIsDownAndRunsThemLater() throws Exception {
        pubSub.close();
        List<String> ids = submitTenQuickly();
        assertThat(alice.job(ids.get(0)).path("status").asText()).isEqualTo("QUEUED");

        pubSub = EmbeddedPubSub.start(pubSub.port());
        ids.forEach(id -> alice.await(id, "COMPLETED"));
        new Health(managementPort).awaitReadiness("UP");
    }

    @Test
    void timesOutAPublishWhenPubSubDoesNotAnswer(CapturedOutput log) throws Exception {
        List<String> ids;
        WIRE.stall();
        try {
            ids = submitTenQuickly();
            Awaitility.await("a publish that times out")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> log.getOut().contains("was not published and stays in the outbox"));
        } finally {
            WIRE.resume();
        }
        ids.forEach(id -> alice.await(id, "COMPLETED"));
        new Health(managementPort).awaitReadiness("UP");
    }

    @Test
    void runsEveryJobWhenPubSubLosesAllMessages() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ids.add(alice.start("none"));
            if (i % 5 == 0) {
                pubSub.reset();
            }
        }
        ids.forEach(id -> alice.await(id, "COMPLETED"));
        new Health(managementPort).awaitReadiness("UP");
    }

    @Test
    void detectsAndRestartsADeadSubscriber() throws Exception {
        ManagedChannel channel = ManagedChannelBuilder.forTarget(pubSub.endpoint())
                .usePlaintext()
                .build();
        try {
            SubscriberGrpc.newBlockingStub(channel)
                    .deleteSubscription(DeleteSubscriptionRequest.newBuilder()
                            .setSubscription(
                                    SubscriptionName.format(EmbeddedServices.PROJECT, "aiprod-pipeline-jobs-sub"))
                            .build());
        } finally {
            channel.shutdownNow();
        }
        new Health(managementPort).awaitReadiness("DOWN");
        new Health(managementPort).awaitReadiness("UP");
        alice.await(alice.start("none"), "COMPLETED");
    }

    @Test
    void recreatesTheSubscriptionOfADeletedOrRecreatedTopic() throws Exception {
        String topic = TopicName.format(EmbeddedServices.PROJECT, "aiprod-pipeline-jobs");
        ManagedChannel channel = ManagedChannelBuilder.forTarget(pubSub.endpoint())
                .usePlaintext()
                .build();
        try {
            var topics = PublisherGrpc.newBlockingStub(channel);
            topics.deleteTopic(DeleteTopicRequest.newBuilder().setTopic(topic).build());
            alice.await(alice.start("none"), "COMPLETED");
            topics.deleteTopic(DeleteTopicRequest.newBuilder().setTopic(topic).build());
            topics.createTopic(Topic.newBuilder().setName(topic).build());
        } finally {
            channel.shutdownNow();
        }
        alice.await(alice.start("none"), "COMPLETED");
        new Health(managementPort).awaitReadiness("UP");
    }

    @Test
    void resumesAfterABrokenStreamAndARevokedPermission() throws Exception {
        pubSub.denyPulls(true);
        WIRE.shut();
        WIRE.open();
        new Health(managementPort).awaitReadiness("DOWN");
        pubSub.denyPulls(false);
        new Health(managementPort).awaitReadiness("UP");
        alice.await(alice.start("none"), "COMPLETED");
    }

    @Test
    void returns503WithRetryAfterWhileTheDatabaseIsDown() throws Exception {
        String before = alice.start("none");
        alice.await(before, "COMPLETED");
        DATABASE.shut();

        for (String path : List.of("/pipeline/jobs", "/pipeline/job/" + before)) {
            HttpResponse<String> answer = alice.get(path);
            assertThat(problem(answer, 503).path("type").asText()).isEqualTo("/problems/unavailable");
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
        }
        HttpResponse<String> submission = alice.submit("{\"content\":\"x\"}");
        problem(submission, 503);
        assertThat(submission.headers().firstValue("Retry-After")).hasValue("5");
        new Health(managementPort).awaitReadiness("DOWN");
        assertThat(new Health(managementPort).of("liveness").statusCode()).isEqualTo(200);

        DATABASE.open();
        new Health(managementPort).awaitReadiness("UP");
        alice.awaitService();
        alice.await(alice.start("none"), "COMPLETED");
    }

    @Test
    void holdsAMessageWithoutSpendingADeliveryWhileTheDatabaseIsDown() throws Exception {
        String job = alice.start("none");
        alice.await(job, "COMPLETED");
        double nacked = settled("nack");
        double acked = settled("ack");
        DATABASE.shut();
        try {
            publishAgain(job);
            double refused = timeouts();
            Awaitility.await("many failed tries")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> timeouts() >= refused + 30);
            assertThat(settled("nack")).isEqualTo(nacked);
        } finally {
            DATABASE.open();
        }
        Awaitility.await("the claim").atMost(Duration.ofSeconds(60)).until(() -> settled("ack") == acked + 1);
        assertThat(settled("nack")).isEqualTo(nacked);
        new Health(managementPort).awaitReadiness("UP");
    }

    /** How many times a thread timed out waiting for a connection. */
    private double timeouts() {
        return registry.get("hikaricp.connections.timeout").counter().count();
    }

    private double settled(String outcome) {
        return registry.get("aiprod.pubsub.messages.settled")
                .tag("subscription", "aiprod-pipeline-jobs-sub")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    private static void publishAgain(String job) {
        ManagedChannel channel = ManagedChannelBuilder.forTarget(pubSub.endpoint())
                .usePlaintext()
                .build();
        try {
            PublisherGrpc.newBlockingStub(channel)
                    .publish(PublishRequest.newBuilder()
                            .setTopic(TopicName.format(EmbeddedServices.PROJECT, "aiprod-pipeline-jobs"))
                            .addMessages(PubsubMessage.newBuilder()
                                    .setData(ByteString.copyFromUtf8("{\"job_id\": \"" + job + "\"}"))
                                    .putAttributes("job_id", job)
                                    .putAttributes("attempt", "1")
                                    .putAttributes("schema", "job.v1"))
                            .build());
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void returns202WhenTheDatabaseGoesDownDuringAWait() throws Exception {
        WIRE.stall();
        CompletableFuture<HttpResponse<String>> submission = CLIENT.sendAsync(
                alice.request("/pipeline/run")
                        .headers("Content-Type", "application/json", "Prefer", "wait=4")
                        .POST(BodyPublishers.ofString("{\"content\":\"x\"}"))
                        .build(),
                BodyHandlers.ofString());
        String id = Awaitility.await("the job")
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> User.json(alice.get("/pipeline/jobs"))
                                .at("/jobs/0/job_id")
                                .asText(),
                        found -> !found.isEmpty());
        CompletableFuture<HttpResponse<String>> read = CLIENT.sendAsync(
                alice.request("/pipeline/job/" + id).header("Prefer", "wait=2").build(), BodyHandlers.ofString());
        Awaitility.await("two waiting calls")
                .atMost(Duration.ofSeconds(10))
                .until(() -> registry.get("aiprod.watchers.open").gauge().value() == 2);
        DATABASE.shut();
        HttpResponse<String> accepted = submission.join();
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        assertThat(User.json(accepted).path("job_id").asText()).isEqualTo(id);
        assertThat(accepted.headers().firstValue("Location")).hasValue("/pipeline/job/" + id);
        assertThat(accepted.headers().firstValue("Preference-Applied")).isEmpty();
        HttpResponse<String> unread = read.join();
        problem(unread, 503);
        assertThat(unread.headers().firstValue("Retry-After")).hasValue("5");

        DATABASE.open();
        WIRE.resume();
        new Health(managementPort).awaitReadiness("UP");
        alice.awaitService();
        alice.await(id, "COMPLETED");
    }

    private List<String> submitTenQuickly() throws Exception {
        List<String> ids = new ArrayList<>();
        long before = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            ids.add(alice.start("none"));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
        return ids;
    }
}
