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
 * One subscription as the contract wants it (CONTRACT, part 2), and in what another differs. What costs nothing is let
 * be: message ordering, since no message of ours has a key, and acked messages that are retained.
 */
record SubscriptionContract(Subscription wanted) {

    /** Below Google's own seven days, but a weekend without a worker loses nothing. */
    private static final Duration SHORTEST_RETENTION = Durations.fromDays(3);

    private static final String DELETED_TOPIC = "_deleted-topic_";

    /**
     * A setting that differs and can be changed.
     *
     * @param field its name in an update mask
     * @param what is wrong with it
     * @param flag of {@code gcloud pubsub subscriptions update} that mends it
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
                // Empty means never; the default is to vanish after 31 days without a worker.
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

    /** Whether nothing can ever come by it, so that to delete it takes nothing from anybody. */
    static boolean isAttachedToNothing(Subscription actual) {
        return actual.getDetached() || DELETED_TOPIC.equals(actual.getTopic());
    }

    /** Why messages do not come by it, or not all of them; none of that can be changed in a subscription that exists. */
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

    /** The settings that differ where it matters and that can be changed. */
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
            deviations.add(new Deviation(
                    "expiration_policy", "an expiration while inactive", "--expiration-period=never"));
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

    /** The wanted values of all settings, also those that a subscription of ours is made without. */
    Subscription update() {
        return wanted.toBuilder()
                .setMessageRetentionDuration(Durations.fromDays(7))
                .build();
    }

    /** A fault for what differs, of which there is something. */
    static String say(List<Deviation> deviations) {
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

    /** Loses what waits in it: jobs and results go out again, since the database does not have their end. */
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
