package com.aiprod.pipeline.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.Topic;
import com.google.pubsub.v1.TopicName;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.apache.camel.component.google.pubsub.GooglePubsubComponent;
import org.apache.camel.component.google.pubsub.GooglePubsubEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;

/** The health of a process without provisioning whose subscription cannot receive messages. */
@ExtendWith(OutputCaptureExtension.class)
class SubscriberHealthTest {

    private static final String SUBSCRIPTION = "aiprod-pipeline-jobs-sub";
    private static final String TOPIC = TopicName.format("health", "aiprod-pipeline-jobs");

    private final EmbeddedPubSub pubSub = EmbeddedPubSub.start();
    private final PubSubConnection connection = new PubSubConnection(settings(true));
    private final TopicSetup provision = new TopicSetup(settings(true), connection);
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SubscriberHealth health =
            new SubscriberHealth(new TopicSetup(settings(false), connection), camel, registry);

    private PubSubSettings settings(boolean provision) {
        return new PubSubSettings(
                "health",
                pubSub.endpoint(),
                provision,
                Duration.ofSeconds(10),
                DataSize.ofMegabytes(16),
                Duration.ZERO);
    }

    @BeforeEach
    void listen() throws Exception {
        provision.run();
        camel.addComponent("google-pubsub", new GooglePubsubComponent());
        health.watch(camel.getEndpoint("google-pubsub:health:" + SUBSCRIPTION, GooglePubsubEndpoint.class))
                .running();
        health.checkEvery(Duration.ofMillis(50));
    }

    @AfterEach
    void end() throws Exception {
        health.close();
        camel.close();
        connection.close();
        pubSub.close();
    }

    @Test
    void isDownWhileTheTopicIsWrong(CapturedOutput log) throws Exception {
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
        ManagedChannel channel = ManagedChannelBuilder.forTarget(pubSub.endpoint())
                .usePlaintext()
                .build();
        try {
            var topics = PublisherGrpc.newBlockingStub(channel);
            topics.deleteTopic(DeleteTopicRequest.newBuilder().setTopic(TOPIC).build());
            topics.createTopic(Topic.newBuilder().setName(TOPIC).build());
        } finally {
            channel.shutdownNow();
        }

        awaitStatus(Status.DOWN);
        assertThat(health.health().getDetails().get(SUBSCRIPTION)).asString().contains("attached to a deleted topic");
        // In between, both the topic and its subscription were wrong.
        Awaitility.await()
                .until(() -> registry.get("aiprod.pubsub.faults")
                                .tag("effect", "unusable")
                                .gauge()
                                .value()
                        == 1);
        assertThat(log).containsOnlyOnce("To fix it, run: gcloud pubsub subscriptions delete " + SUBSCRIPTION);

        provision.run();
        awaitStatus(Status.UP);
        assertThat(health.health().getDetails()).containsEntry(SUBSCRIPTION, "listening");
    }

    @Test
    void staysUpWithoutReadPermissionAndLogsItOnce(CapturedOutput log) {
        pubSub.denyReads(true);
        Awaitility.await()
                .until(() -> registry.get("aiprod.pubsub.faults")
                                .tag("effect", "unknown")
                                .gauge()
                                .value()
                        == 6);
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
        assertThat(log).containsOnlyOnce(SUBSCRIPTION + " cannot be checked");
    }

    private void awaitStatus(Status status) {
        Awaitility.await(status.getCode())
                .atMost(Duration.ofSeconds(30))
                .until(() -> health.health().getStatus().equals(status));
    }
}
