package com.aiprod.pipeline.embedded.pubsub;

import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.FieldMaskUtil;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.ExpirationPolicy;
import com.google.pubsub.v1.PushConfig;
import com.google.pubsub.v1.RetryPolicy;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Set;

/** Validates the settings of a topic or subscription and fills in Google's defaults. */
final class Settings {
    private static final int DEFAULT_ACK_DEADLINE_SECONDS = 10;
    private static final int MAXIMUM_ACK_DEADLINE_SECONDS = 600;
    private static final int DEFAULT_DELIVERY_ATTEMPTS = 5;
    private static final int MAXIMUM_DELIVERY_ATTEMPTS = 100;
    private static final Duration DEFAULT_MINIMUM_BACKOFF = Durations.fromSeconds(10);
    private static final Duration MAXIMUM_BACKOFF = Durations.fromSeconds(600);
    private static final Duration MINIMUM_RETENTION = Durations.fromMinutes(10);
    private static final Duration DEFAULT_RETENTION = Durations.fromDays(7);
    private static final Duration MAXIMUM_RETENTION = Durations.fromDays(31);

    private static final Set<String> UPDATABLE_OF_TOPIC =
            Set.of("labels", "message_retention_duration", "message_storage_policy");
    private static final Set<String> UPDATABLE_OF_SUBSCRIPTION = Set.of(
            "ack_deadline_seconds",
            "dead_letter_policy",
            "expiration_policy",
            "labels",
            "message_retention_duration",
            "retain_acked_messages",
            "retry_policy");

    private Settings() {}

    /** Returns the topic as stored. */
    static Topic check(Topic topic) {
        ResourceName.topic(topic.getName());
        refuseIf(topic.hasSchemaSettings(), "Schemas are");
        refuseIf(topic.hasIngestionDataSourceSettings(), "Ingestion data sources are");
        refuseIf(!topic.getKmsKeyName().isEmpty(), "Customer-managed encryption keys are");
        refuseIf(topic.getMessageTransformsCount() > 0, "Message transforms are");
        if (topic.hasMessageRetentionDuration()) {
            checkRetention(topic.getMessageRetentionDuration());
        }
        return topic.toBuilder().setState(Topic.State.ACTIVE).build();
    }

    /** Returns the subscription as stored. */
    static Subscription check(Subscription subscription) {
        ResourceName.subscription(subscription.getName());
        refuseIf(!subscription.getFilter().isEmpty(), "Filters are");
        refuseIf(!subscription.getPushConfig().equals(PushConfig.getDefaultInstance()), "Push delivery is");
        refuseIf(subscription.hasBigqueryConfig(), "Delivery to BigQuery is");
        refuseIf(subscription.hasCloudStorageConfig(), "Delivery to Cloud Storage is");
        refuseIf(subscription.getEnableExactlyOnceDelivery(), "Exactly-once delivery is");
        refuseIf(subscription.getMessageTransformsCount() > 0, "Message transforms are");
        Subscription.Builder checked = subscription.toBuilder().setState(Subscription.State.ACTIVE);
        if (subscription.getAckDeadlineSeconds() == 0) {
            checked.setAckDeadlineSeconds(DEFAULT_ACK_DEADLINE_SECONDS);
        }
        checkAckDeadline(checked.getAckDeadlineSeconds());
        if (subscription.hasMessageRetentionDuration()) {
            checkRetention(subscription.getMessageRetentionDuration());
        } else {
            checked.setMessageRetentionDuration(DEFAULT_RETENTION);
        }
        if (!subscription.hasExpirationPolicy()) {
            checked.setExpirationPolicy(ExpirationPolicy.newBuilder().setTtl(MAXIMUM_RETENTION));
        }
        if (subscription.hasDeadLetterPolicy()) {
            checked.setDeadLetterPolicy(check(subscription.getDeadLetterPolicy()));
        }
        if (subscription.hasRetryPolicy()) {
            checked.setRetryPolicy(check(subscription.getRetryPolicy()));
        }
        return checked.build();
    }

    /** Validates the ack deadline of a subscription or stream. */
    static void checkAckDeadline(int seconds) {
        if (seconds < DEFAULT_ACK_DEADLINE_SECONDS || seconds > MAXIMUM_ACK_DEADLINE_SECONDS) {
            throw invalid("Invalid ack deadline given (ack_deadline_secs=" + seconds
                    + "); the ack deadline must be between 10 and 600 seconds.");
        }
    }

    /** Validates the ack deadline of one message, where 0 is a nack. */
    static void checkModifiedDeadline(int seconds) {
        if (seconds < 0 || seconds > MAXIMUM_ACK_DEADLINE_SECONDS) {
            throw invalid("Invalid ack deadline given (ack_deadline_secs=" + seconds
                    + "); the ack deadline must be between 0 and 600 seconds.");
        }
    }

    static Topic update(Topic topic, Topic change, FieldMask mask) {
        return check((Topic) merge(topic, change, mask, UPDATABLE_OF_TOPIC));
    }

    static Subscription update(Subscription subscription, Subscription change, FieldMask mask) {
        return check((Subscription) merge(subscription, change, mask, UPDATABLE_OF_SUBSCRIPTION));
    }

    private static Message merge(Message current, Message change, FieldMask mask, Set<String> updatable) {
        if (mask.getPathsCount() == 0) {
            throw invalid("The update_mask in the request must not be empty.");
        }
        for (String path : mask.getPathsList()) {
            int dot = path.indexOf('.');
            String field = dot < 0 ? path : path.substring(0, dot);
            if (!updatable.contains(field) || !FieldMaskUtil.isValid(current.getDescriptorForType(), path)) {
                throw invalid("Invalid update_mask provided in the request: " + path
                        + " is not a known field that can be updated.");
            }
        }
        Message.Builder merged = current.toBuilder();
        FieldMaskUtil.MergeOptions replace = new FieldMaskUtil.MergeOptions()
                .setReplaceMessageFields(true)
                .setReplacePrimitiveFields(true)
                .setReplaceRepeatedFields(true);
        FieldMaskUtil.merge(mask, change, merged, replace);
        return merged.build();
    }

    private static DeadLetterPolicy check(DeadLetterPolicy policy) {
        ResourceName.topic(policy.getDeadLetterTopic());
        int attempts = policy.getMaxDeliveryAttempts();
        if (attempts == 0) {
            return policy.toBuilder()
                    .setMaxDeliveryAttempts(DEFAULT_DELIVERY_ATTEMPTS)
                    .build();
        }
        if (attempts < DEFAULT_DELIVERY_ATTEMPTS || attempts > MAXIMUM_DELIVERY_ATTEMPTS) {
            throw Status.OUT_OF_RANGE
                    .withDescription(
                            "Invalid max_delivery_attempts: it must be between 5 and 100 (max_delivery_attempts="
                                    + attempts + ").")
                    .asRuntimeException();
        }
        return policy;
    }

    private static RetryPolicy check(RetryPolicy policy) {
        Duration minimum = policy.hasMinimumBackoff() ? policy.getMinimumBackoff() : DEFAULT_MINIMUM_BACKOFF;
        Duration maximum = policy.hasMaximumBackoff() ? policy.getMaximumBackoff() : MAXIMUM_BACKOFF;
        if (isOutside(minimum, Durations.ZERO, MAXIMUM_BACKOFF)
                || isOutside(maximum, Durations.ZERO, MAXIMUM_BACKOFF)) {
            throw invalid("Invalid retry policy: both back-offs must be between 0 and 600 seconds.");
        }
        if (Durations.compare(minimum, maximum) > 0) {
            throw invalid("Invalid retry policy: minimum_backoff must not be above maximum_backoff.");
        }
        return RetryPolicy.newBuilder()
                .setMinimumBackoff(minimum)
                .setMaximumBackoff(maximum)
                .build();
    }

    private static void checkRetention(Duration retention) {
        if (isOutside(retention, MINIMUM_RETENTION, MAXIMUM_RETENTION)) {
            throw invalid("Invalid message_retention_duration: it must be between 10 minutes and 31 days.");
        }
    }

    private static boolean isOutside(Duration value, Duration minimum, Duration maximum) {
        return !Durations.isValid(value)
                || Durations.compare(value, minimum) < 0
                || Durations.compare(value, maximum) > 0;
    }

    private static void refuseIf(boolean asked, String feature) {
        if (asked) {
            throw Unary.unsupported(feature);
        }
    }

    private static StatusRuntimeException invalid(String description) {
        return Status.INVALID_ARGUMENT.withDescription(description).asRuntimeException();
    }
}
