package com.aiprod.pipeline.messaging;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.ExpirationPolicy;
import com.google.pubsub.v1.PushConfig;
import com.google.pubsub.v1.RetryPolicy;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.SubscriptionName;
import com.google.pubsub.v1.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A subscription as the contract requires it (CONTRACT, part 2), and how an actual one deviates. Ignores harmless
 * deviations: message ordering, because no message has an ordering key, and retention of acked messages.
 */
record SubscriptionContract(Subscription wanted) {

    /** Below Google's default of seven days, but long enough to survive a weekend without workers. */
    private static final Duration SHORTEST_RETENTION = Durations.fromDays(3);

    private static final String DELETED_TOPIC = "_deleted-topic_";

    /**
     * A deviation that can be corrected.
     *
     * @param field the field's name in an update mask
     * @param what the deviation
     * @param flag the flag of {@code gcloud pubsub subscriptions update} that corrects it
     */
    record Deviation(String field, String what, String flag) {}

    static SubscriptionContract of(
            String project, String topic, int ackDeadlineSeconds, int minBackoffSeconds, int maxBackoffSeconds) {
        return new SubscriptionContract(Subscription.newBuilder()
                .setName(SubscriptionName.of(project, topic + "-sub").toString())
                .setTopic(TopicName.of(project, topic).toString())
                .setAckDeadlineSeconds(ackDeadlineSeconds)
                .setRetryPolicy(RetryPolicy.newBuilder()
                        .setMinimumBackoff(Durations.fromSeconds(minBackoffSeconds))
                        .setMaximumBackoff(Durations.fromSeconds(maxBackoffSeconds)))
                // Empty means never. By default, a subscription expires after 31 days without a subscriber.
                .setExpirationPolicy(ExpirationPolicy.getDefaultInstance())
                .build());
    }

    SubscriptionContract withDeadLetters(String topic, int maxDeliveries) {
        return new SubscriptionContract(wanted.toBuilder()
                .setDeadLetterPolicy(
                        DeadLetterPolicy.newBuilder().setDeadLetterTopic(topic).setMaxDeliveryAttempts(maxDeliveries))
                .build());
    }

    /** The subscription's name, without its project. */
    String name() {
        return SubscriptionName.parse(wanted.getName()).getSubscription();
    }

    /** Whether the subscription can never receive a message, so deleting it loses nothing that is still to come. */
    static boolean canReceiveNothing(Subscription actual) {
        return actual.getDetached() || DELETED_TOPIC.equals(actual.getTopic());
    }

    /**
     * Why the subscription does not receive all messages; an existing subscription cannot be changed in these points.
     */
    Optional<String> unusable(Subscription actual) {
        if (actual.getDetached()) {
            return Optional.of("is detached from its topic");
        } else if (DELETED_TOPIC.equals(actual.getTopic())) {
            return Optional.of("is attached to a deleted topic, and a new topic of the same name does not replace it");
        } else if (!actual.getTopic().equals(wanted.getTopic())) {
            return Optional.of("is attached to %s instead of %s".formatted(actual.getTopic(), wanted.getTopic()));
        } else if (!actual.getFilter().isEmpty()) {
            return Optional.of("has the filter %s, which drops messages".formatted(actual.getFilter()));
        } else if (!actual.getPushConfig().equals(PushConfig.getDefaultInstance())
                || actual.hasBigqueryConfig()
                || actual.hasCloudStorageConfig()) {
            return Optional.of("is not a pull subscription");
        }
        return Optional.empty();
    }

    /** The relevant deviations that can be corrected. */
    List<Deviation> deviations(Subscription actual) {
        List<Deviation> deviations = new ArrayList<>();
        if (actual.getAckDeadlineSeconds() != wanted.getAckDeadlineSeconds()) {
            deviations.add(new Deviation(
                    "ack_deadline_seconds",
                    "an ack deadline of %s s instead of %s s"
                            .formatted(actual.getAckDeadlineSeconds(), wanted.getAckDeadlineSeconds()),
                    "--ack-deadline=" + wanted.getAckDeadlineSeconds()));
        }
        if (!actual.getRetryPolicy().equals(wanted.getRetryPolicy())) {
            deviations.add(new Deviation(
                    "retry_policy",
                    actual.hasRetryPolicy()
                            ? "a different retry policy"
                            : "no retry policy, so nacked messages are redelivered at once",
                    retryFlags()));
        }
        if (!actual.getDeadLetterPolicy().equals(wanted.getDeadLetterPolicy())) {
            deviations.add(new Deviation(
                    "dead_letter_policy",
                    actual.hasDeadLetterPolicy() ? "a different dead-letter policy" : "no dead-letter policy",
                    wanted.hasDeadLetterPolicy() ? deadLetterFlags() : "--clear-dead-letter-policy"));
        }
        if (!actual.hasExpirationPolicy() || actual.getExpirationPolicy().hasTtl()) {
            deviations.add(
                    new Deviation("expiration_policy", "an expiration while inactive", "--expiration-period=never"));
        }
        if (actual.hasMessageRetentionDuration()
                && Durations.compare(actual.getMessageRetentionDuration(), SHORTEST_RETENTION) < 0) {
            deviations.add(new Deviation(
                    "message_retention_duration",
                    "a message retention of only %s s"
                            .formatted(actual.getMessageRetentionDuration().getSeconds()),
                    "--message-retention-duration=7d"));
        }
        if (actual.getEnableExactlyOnceDelivery()) {
            deviations.add(new Deviation(
                    "enable_exactly_once_delivery",
                    "exactly-once delivery, which slows each ack and has no benefit here",
                    "--no-enable-exactly-once-delivery"));
        }
        return deviations;
    }

    /** The required values of all settings, including those that creation leaves at the default. */
    Subscription update() {
        return wanted.toBuilder()
                .setMessageRetentionDuration(Durations.fromDays(7))
                .build();
    }

    /** Describes a non-empty list of deviations. */
    static String describe(List<Deviation> deviations) {
        return "has "
                + String.join("; ", deviations.stream().map(Deviation::what).toList());
    }

    String createCommand() {
        String command =
                "gcloud pubsub subscriptions create %s --topic=%s --ack-deadline=%s %s --expiration-period=never"
                        .formatted(
                                name(),
                                TopicName.parse(wanted.getTopic()).getTopic(),
                                wanted.getAckDeadlineSeconds(),
                                retryFlags());
        return (wanted.hasDeadLetterPolicy() ? command + " " + deadLetterFlags() : command) + project();
    }

    /**
     * Loses the waiting messages. Their jobs and results are published again, because the database has not recorded
     * them as ended.
     */
    String replaceCommand() {
        return "gcloud pubsub subscriptions delete %s%s%n%s".formatted(name(), project(), createCommand());
    }

    String updateCommand(List<Deviation> deviations) {
        return "gcloud pubsub subscriptions update %s %s%s"
                .formatted(
                        name(),
                        String.join(
                                " ", deviations.stream().map(Deviation::flag).toList()),
                        project());
    }

    private String project() {
        return " --project=" + SubscriptionName.parse(wanted.getName()).getProject();
    }

    private String retryFlags() {
        return "--min-retry-delay=%ss --max-retry-delay=%ss"
                .formatted(
                        wanted.getRetryPolicy().getMinimumBackoff().getSeconds(),
                        wanted.getRetryPolicy().getMaximumBackoff().getSeconds());
    }

    private String deadLetterFlags() {
        return "--dead-letter-topic=%s --max-delivery-attempts=%s"
                .formatted(
                        TopicName.parse(wanted.getDeadLetterPolicy().getDeadLetterTopic())
                                .getTopic(),
                        wanted.getDeadLetterPolicy().getMaxDeliveryAttempts());
    }
}
