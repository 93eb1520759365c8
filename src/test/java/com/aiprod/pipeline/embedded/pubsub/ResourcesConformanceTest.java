package com.aiprod.pipeline.embedded.pubsub;

import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.PROJECT;
import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.assertRefused;
import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.newSubscriptionName;
import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.newTopicName;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.FieldMask;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.DetachSubscriptionRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.ListSubscriptionsRequest;
import com.google.pubsub.v1.ListSubscriptionsResponse;
import com.google.pubsub.v1.ListTopicSubscriptionsRequest;
import com.google.pubsub.v1.ListTopicsRequest;
import com.google.pubsub.v1.ListTopicsResponse;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import com.google.pubsub.v1.UpdateSubscriptionRequest;
import com.google.pubsub.v1.UpdateTopicRequest;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Creating, reading, updating, listing, and deleting topics and subscriptions. */
@Execution(ExecutionMode.CONCURRENT)
class ResourcesConformanceTest {

    @ConformanceTest
    void readsATopicAsCreated(PubSubUnderTest pubsub) {
        Topic topic = Topic.newBuilder()
                .setName(newTopicName())
                .putLabels("team", "video")
                .build();

        pubsub.publisher().createTopic(topic);

        Topic read = pubsub.publisher()
                .getTopic(GetTopicRequest.newBuilder().setTopic(topic.getName()).build());
        assertThat(read.getName()).isEqualTo(topic.getName());
        assertThat(read.getLabelsMap()).isEqualTo(Map.of("team", "video"));
    }

    @ConformanceTest
    void rejectsADuplicateTopic(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();

        assertRefused(
                Code.ALREADY_EXISTS,
                () -> pubsub.publisher()
                        .createTopic(Topic.newBuilder().setName(topic).build()));
    }

    @ConformanceTest
    void missingTopicIsNotFound(PubSubUnderTest pubsub) {
        String missing = newTopicName();

        assertRefused(
                Code.NOT_FOUND,
                () -> pubsub.publisher()
                        .getTopic(GetTopicRequest.newBuilder().setTopic(missing).build()));
        assertRefused(
                Code.NOT_FOUND,
                () -> pubsub.publisher()
                        .deleteTopic(DeleteTopicRequest.newBuilder()
                                .setTopic(missing)
                                .build()));
        assertRefused(Code.NOT_FOUND, () -> pubsub.publish(missing, "hello"));
        assertRefused(Code.NOT_FOUND, () -> pubsub.createSubscription(missing));
    }

    @ConformanceTest
    void doesNotListSubscriptionsOfAMissingTopic(PubSubUnderTest pubsub) {
        ListTopicSubscriptionsRequest request = ListTopicSubscriptionsRequest.newBuilder()
                .setTopic(newTopicName())
                .build();

        assertRefused(Code.NOT_FOUND, () -> pubsub.publisher().listTopicSubscriptions(request));
    }

    @ConformanceTest
    void namesFollowGooglesRules(PubSubUnderTest pubsub) {
        String unique = UUID.randomUUID().toString();
        for (String id : List.of("ab", "1" + unique, "goog-" + unique, "a b", "a/b", "a".repeat(256))) {
            assertRefused(
                    Code.INVALID_ARGUMENT,
                    () -> pubsub.publisher()
                            .createTopic(Topic.newBuilder()
                                    .setName(PROJECT + "/topics/" + id)
                                    .build()));
        }
        assertRefused(
                Code.INVALID_ARGUMENT,
                () -> pubsub.publisher()
                        .createTopic(
                                Topic.newBuilder().setName("topics/" + unique).build()));

        for (String id : List.of("t-" + unique + "-_.~+%", "t".repeat(255 - unique.length()) + unique)) {
            assertThat(pubsub.publisher()
                            .createTopic(Topic.newBuilder()
                                    .setName(PROJECT + "/topics/" + id)
                                    .build())
                            .getName())
                    .endsWith(id);
        }
    }

    @ConformanceTest
    void updatesTheLabelsOfATopic(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();

        pubsub.publisher()
                .updateTopic(UpdateTopicRequest.newBuilder()
                        .setTopic(Topic.newBuilder().setName(topic).putLabels("stage", "test"))
                        .setUpdateMask(FieldMask.newBuilder().addPaths("labels"))
                        .build());

        assertThat(pubsub.publisher()
                        .getTopic(GetTopicRequest.newBuilder().setTopic(topic).build())
                        .getLabelsMap())
                .isEqualTo(Map.of("stage", "test"));
    }

    @ConformanceTest
    void listsTopicsPageByPage(PubSubUnderTest pubsub) {
        String project = "projects/list-" + UUID.randomUUID();
        List<String> names = IntStream.range(0, 5)
                .mapToObj(i -> project + "/topics/topic-" + i)
                .toList();
        names.forEach(name ->
                pubsub.publisher().createTopic(Topic.newBuilder().setName(name).build()));

        List<String> listed = new ArrayList<>();
        int pages = 0;
        String token = "";
        do {
            ListTopicsResponse page = pubsub.publisher()
                    .listTopics(ListTopicsRequest.newBuilder()
                            .setProject(project)
                            .setPageSize(2)
                            .setPageToken(token)
                            .build());
            assertThat(page.getTopicsCount()).isLessThanOrEqualTo(2);
            page.getTopicsList().forEach(topic -> listed.add(topic.getName()));
            token = page.getNextPageToken();
            pages++;
        } while (!token.isEmpty());

        assertThat(listed).containsExactlyInAnyOrderElementsOf(names);
        assertThat(pages).isEqualTo(3);
    }

    @ConformanceTest
    void listsSubscriptionsPageByPage(PubSubUnderTest pubsub) {
        String project = "projects/list-" + UUID.randomUUID();
        String topic = pubsub.createTopic();
        List<String> names = IntStream.range(0, 5)
                .mapToObj(i -> pubsub.createSubscription(
                        topic, settings -> settings.setName(project + "/subscriptions/subscription-" + i)))
                .toList();

        List<String> listed = new ArrayList<>();
        String token = "";
        do {
            ListSubscriptionsResponse page = pubsub.subscriber()
                    .listSubscriptions(ListSubscriptionsRequest.newBuilder()
                            .setProject(project)
                            .setPageSize(2)
                            .setPageToken(token)
                            .build());
            page.getSubscriptionsList().forEach(subscription -> listed.add(subscription.getName()));
            token = page.getNextPageToken();
        } while (!token.isEmpty());

        assertThat(listed).containsExactlyInAnyOrderElementsOf(names);
    }

    @ConformanceTest
    void listsTheSubscriptionsOfATopic(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String first = pubsub.createSubscription(topic);
        String second = pubsub.createSubscription(topic);
        pubsub.createSubscription(pubsub.createTopic());

        assertThat(pubsub.publisher()
                        .listTopicSubscriptions(ListTopicSubscriptionsRequest.newBuilder()
                                .setTopic(topic)
                                .build())
                        .getSubscriptionsList())
                .containsExactlyInAnyOrder(first, second);
    }

    @ConformanceTest
    void subscriptionGetsGooglesDefaults(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();

        Subscription read = read(pubsub, pubsub.createSubscription(topic));

        assertThat(read.getTopic()).isEqualTo(topic);
        assertThat(read.getAckDeadlineSeconds()).isEqualTo(10);
        assertThat(read.getMessageRetentionDuration().getSeconds()).isEqualTo(7 * 24 * 3600);
        assertThat(read.getEnableMessageOrdering()).isFalse();
        assertThat(read.hasDeadLetterPolicy()).isFalse();
        assertThat(read.hasRetryPolicy()).isFalse();
    }

    @ConformanceTest
    void rejectsADuplicateSubscription(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);

        assertRefused(
                Code.ALREADY_EXISTS,
                () -> pubsub.createSubscription(topic, settings -> settings.setName(subscription)));
    }

    @ConformanceTest
    void missingSubscriptionIsNotFound(PubSubUnderTest pubsub) {
        String missing = newSubscriptionName();

        assertRefused(Code.NOT_FOUND, () -> read(pubsub, missing));
        assertRefused(Code.NOT_FOUND, () -> delete(pubsub, missing));
        assertRefused(Code.NOT_FOUND, () -> pubsub.pull(missing, 1));
        try (StreamProbe stream = pubsub.stream(missing)) {
            assertThat(stream.awaitEnd().getCode()).isEqualTo(Code.NOT_FOUND);
        }
    }

    @ConformanceTest
    void updatesTheMaskedFieldsOnly(PubSubUnderTest pubsub) {
        String subscription =
                pubsub.createSubscription(pubsub.createTopic(), settings -> settings.setAckDeadlineSeconds(20));

        Subscription updated = update(
                pubsub,
                Subscription.newBuilder()
                        .setName(subscription)
                        .setAckDeadlineSeconds(30)
                        .putLabels("ignored", "yes")
                        .build(),
                "ack_deadline_seconds");

        assertThat(updated.getAckDeadlineSeconds()).isEqualTo(30);
        assertThat(read(pubsub, subscription).getAckDeadlineSeconds()).isEqualTo(30);
        assertThat(read(pubsub, subscription).getLabelsMap()).isEmpty();
    }

    @ConformanceTest
    void rejectsAnEmptyUpdateOrOneOfTheName(PubSubUnderTest pubsub) {
        String subscription = pubsub.createSubscription(pubsub.createTopic());
        Subscription change = Subscription.newBuilder().setName(subscription).build();

        assertRefused(Code.INVALID_ARGUMENT, () -> update(pubsub, change));
        assertRefused(Code.INVALID_ARGUMENT, () -> update(pubsub, change, "name"));
        assertRefused(Code.INVALID_ARGUMENT, () -> update(pubsub, change, "no_such_field"));
    }

    @ConformanceTest
    void rejectsAnAckDeadlineAboveTenMinutes(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();

        assertRefused(
                Code.INVALID_ARGUMENT,
                () -> pubsub.createSubscription(topic, settings -> settings.setAckDeadlineSeconds(601)));
    }

    @ConformanceTest
    void rejectsAnAckDeadlineBelowTenSeconds(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();

        assertRefused(
                Code.INVALID_ARGUMENT,
                () -> pubsub.createSubscription(topic, settings -> settings.setAckDeadlineSeconds(9)));
    }

    @ConformanceTest
    void deletingATopicKeepsItsSubscriptionsAndTheirBacklog(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "before");

        pubsub.publisher()
                .deleteTopic(DeleteTopicRequest.newBuilder().setTopic(topic).build());

        assertThat(read(pubsub, subscription).getTopic()).isEqualTo("_deleted-topic_");
        assertThat(PubSubUnderTest.data(pubsub.pullOne(subscription))).isEqualTo("before");
    }

    @ConformanceTest
    void recreatedTopicHasNoOldSubscriptions(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publisher()
                .deleteTopic(DeleteTopicRequest.newBuilder().setTopic(topic).build());

        pubsub.publisher().createTopic(Topic.newBuilder().setName(topic).build());
        pubsub.publish(topic, "after");

        assertThat(pubsub.pullNow(subscription, 1)).isEmpty();
    }

    @ConformanceTest
    void detachedSubscriptionServesNoOne(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "dropped");

        pubsub.publisher()
                .detachSubscription(DetachSubscriptionRequest.newBuilder()
                        .setSubscription(subscription)
                        .build());

        assertThat(pubsub.subscriber()
                        .getSubscription(GetSubscriptionRequest.newBuilder()
                                .setSubscription(subscription)
                                .build())
                        .getDetached())
                .isTrue();
        pubsub.publish(topic, "for nobody");
        assertRefused(Code.FAILED_PRECONDITION, () -> pubsub.pull(subscription, 1));
    }

    @ConformanceTest
    void deletingASubscriptionEndsItsConsumers(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        try (StreamProbe stream = pubsub.stream(subscription)) {
            pubsub.publish(topic, "hello");
            stream.awaitReceived(1);

            delete(pubsub, subscription);

            assertThat(stream.awaitEnd().getCode()).isEqualTo(Code.NOT_FOUND);
            assertRefused(Code.NOT_FOUND, () -> pubsub.pull(subscription, 1));
            assertRefused(
                    Code.NOT_FOUND,
                    () -> pubsub.ack(subscription, stream.received().get(0).getAckId()));
        }
    }

    private static Subscription read(PubSubUnderTest pubsub, String subscription) {
        return pubsub.subscriber()
                .getSubscription(GetSubscriptionRequest.newBuilder()
                        .setSubscription(subscription)
                        .build());
    }

    private static void delete(PubSubUnderTest pubsub, String subscription) {
        pubsub.subscriber()
                .deleteSubscription(DeleteSubscriptionRequest.newBuilder()
                        .setSubscription(subscription)
                        .build());
    }

    private static Subscription update(PubSubUnderTest pubsub, Subscription change, String... mask) {
        return pubsub.subscriber()
                .updateSubscription(UpdateSubscriptionRequest.newBuilder()
                        .setSubscription(change)
                        .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(mask)))
                        .build());
    }
}
