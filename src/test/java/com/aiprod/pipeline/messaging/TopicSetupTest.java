package com.aiprod.pipeline.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.aiprod.pipeline.messaging.TopicProblem.Effect;
import com.google.protobuf.FieldMask;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.DetachSubscriptionRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.SubscriptionName;
import com.google.pubsub.v1.Topic;
import com.google.pubsub.v1.TopicName;
import com.google.pubsub.v1.UpdateSubscriptionRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** Existing topics and subscriptions that differ from the contract. */
class TopicSetupTest {

    private static final String JOBS = TopicName.format("set-up", "aiprod-pipeline-jobs");
    private static final String JOBS_SUB = SubscriptionName.format("set-up", "aiprod-pipeline-jobs-sub");
    private static final String DLQ_SUB = SubscriptionName.format("set-up", "aiprod-pipeline-dlq-sub");

    private final EmbeddedPubSub pubSub = EmbeddedPubSub.start();
    private final PubSubConnection connection = new PubSubConnection(settings(true));
    private final TopicSetup provision = new TopicSetup(settings(true), connection);
    private final TopicSetup check = new TopicSetup(settings(false), connection);
    private final ManagedChannel channel =
            ManagedChannelBuilder.forTarget(pubSub.endpoint()).usePlaintext().build();

    private PubSubSettings settings(boolean provision) {
        return new PubSubSettings(
                "set-up",
                pubSub.endpoint(),
                provision,
                Duration.ofSeconds(10),
                DataSize.ofMegabytes(16),
                Duration.ZERO);
    }

    @BeforeEach
    void provision() throws IOException {
        provision.run();
    }

    @AfterEach
    void end() {
        channel.shutdownNow();
        connection.close();
        pubSub.close();
    }

    @Test
    void acceptsItsOwnTopicsAndSubscriptions() throws IOException {
        assertThat(check.look()).isEmpty();
        assertThat(provision.look()).isEmpty();
    }

    @Test
    void refusesToStartWithARecreatedTopicAndNamesTheCommands() throws IOException {
        deleteTopic();
        makeTopic();

        UnusableTopicsException refused = catchThrowableOfType(UnusableTopicsException.class, check::run);

        assertThat(refused)
                .hasMessageContaining("aiprod-pipeline-jobs-sub is attached to a deleted topic")
                .hasMessageContaining("'set-up'");
        assertThat(refused.action().lines())
                .first()
                .isEqualTo("gcloud pubsub subscriptions delete aiprod-pipeline-jobs-sub --project=set-up");
        assertThat(refused.action().lines())
                .filteredOn(line -> line.startsWith("gcloud"))
                .last()
                .asString()
                .startsWith(
                        "gcloud pubsub subscriptions create aiprod-pipeline-jobs-sub --topic=aiprod-pipeline-jobs ");

        provision.run();
        assertThat(subscription(JOBS_SUB).getTopic()).isEqualTo(JOBS);
        assertThatCode(check::run).doesNotThrowAnyException();
    }

    @Test
    void recreatesADeletedTopicAndItsSubscription() throws IOException {
        deleteTopic();
        assertThat(check.look())
                .extracting(TopicProblem::name, TopicProblem::effect)
                .containsExactly(
                        tuple("aiprod-pipeline-jobs", Effect.UNUSABLE),
                        tuple("aiprod-pipeline-jobs-sub", Effect.UNUSABLE));
        assertThat(provision.look()).isEmpty();
        assertThat(check.look()).isEmpty();
    }

    @Test
    void recreatesADetachedSubscription() throws IOException {
        PublisherGrpc.newBlockingStub(channel)
                .detachSubscription(DetachSubscriptionRequest.newBuilder()
                        .setSubscription(JOBS_SUB)
                        .build());
        assertThat(check.look())
                .singleElement()
                .satisfies(fault -> assertThat(fault.what()).contains("detached"));
        provision.run();
        assertThat(check.look()).isEmpty();
    }

    @Test
    void keepsASubscriptionOfAnotherTopic() {
        SubscriberGrpc.newBlockingStub(channel)
                .deleteSubscription(DeleteSubscriptionRequest.newBuilder()
                        .setSubscription(JOBS_SUB)
                        .build());
        SubscriberGrpc.newBlockingStub(channel)
                .createSubscription(Subscription.newBuilder()
                        .setName(JOBS_SUB)
                        .setTopic(TopicName.format("set-up", "aiprod-pipeline-results"))
                        .build());
        for (TopicSetup either : List.of(check, provision)) {
            assertThat(catchThrowableOfType(UnusableTopicsException.class, either::run))
                    .hasMessageContaining(
                            "aiprod-pipeline-results instead of projects/set-up/topics/aiprod-pipeline-jobs");
        }
        assertThat(subscription(JOBS_SUB).getTopic()).endsWith("aiprod-pipeline-results");
    }

    @Test
    void reportsDifferencesAndMendsThemWithProvisioning() throws IOException {
        SubscriberGrpc.newBlockingStub(channel)
                .updateSubscription(UpdateSubscriptionRequest.newBuilder()
                        .setSubscription(
                                Subscription.newBuilder().setName(DLQ_SUB).setAckDeadlineSeconds(10))
                        .setUpdateMask(FieldMask.newBuilder()
                                .addPaths("ack_deadline_seconds")
                                .addPaths("retry_policy"))
                        .build());

        assertThatCode(check::run).doesNotThrowAnyException();
        assertThat(check.look()).singleElement().satisfies(fault -> {
            assertThat(fault.effect()).isEqualTo(Effect.DEVIATES);
            assertThat(fault.what())
                    .isEqualTo("has an ack deadline of 10 s instead of 60 s; no retry policy, so nacked messages are"
                            + " redelivered at once");
            assertThat(fault.command())
                    .isEqualTo("gcloud pubsub subscriptions update aiprod-pipeline-dlq-sub --ack-deadline=60"
                            + " --min-retry-delay=1s --max-retry-delay=60s --project=set-up");
        });

        provision.run();
        assertThat(subscription(DLQ_SUB).getAckDeadlineSeconds()).isEqualTo(60);
        assertThat(check.look()).isEmpty();
    }

    @Test
    void startsWithoutReadPermission() throws IOException {
        pubSub.denyReads(true);
        assertThatCode(check::run).doesNotThrowAnyException();
        assertThat(check.look())
                .hasSize(6)
                .allSatisfy(fault -> assertThat(fault.effect()).isEqualTo(Effect.UNKNOWN));
    }

    private Subscription subscription(String name) {
        return SubscriberGrpc.newBlockingStub(channel)
                .getSubscription(GetSubscriptionRequest.newBuilder()
                        .setSubscription(name)
                        .build());
    }

    private void deleteTopic() {
        PublisherGrpc.newBlockingStub(channel)
                .deleteTopic(DeleteTopicRequest.newBuilder().setTopic(JOBS).build());
    }

    private void makeTopic() {
        PublisherGrpc.newBlockingStub(channel)
                .createTopic(Topic.newBuilder().setName(JOBS).build());
    }
}
