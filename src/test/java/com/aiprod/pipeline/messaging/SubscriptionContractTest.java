package com.aiprod.pipeline.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import com.google.pubsub.v1.BigQueryConfig;
import com.google.pubsub.v1.ExpirationPolicy;
import com.google.pubsub.v1.PushConfig;
import com.google.pubsub.v1.Subscription;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Which differences of a subscription are reported, and the commands that mend them. */
class SubscriptionContractTest {

    private static final SubscriptionContract CONTRACT =
            SubscriptionContract.of("p", "jobs", 300, 10, 600).withDeadLetters("projects/p/topics/dlq", 5);

    @Test
    void acceptsItsOwnSubscription() {
        Subscription made = CONTRACT.wanted().toBuilder()
                .setState(Subscription.State.ACTIVE)
                .setMessageRetentionDuration(Durations.fromDays(7))
                .build();
        assertThat(CONTRACT.unusable(made)).isEmpty();
        assertThat(CONTRACT.deviations(made)).isEmpty();
    }

    @Test
    void acceptsHarmlessDifferences() {
        Subscription other = CONTRACT.wanted().toBuilder()
                .setEnableMessageOrdering(true)
                .setRetainAckedMessages(true)
                .setMessageRetentionDuration(Durations.fromDays(4))
                .putLabels("team", "video")
                .build();
        assertThat(CONTRACT.unusable(other)).isEmpty();
        assertThat(CONTRACT.deviations(other)).isEmpty();
    }

    @Test
    void rejectsSettingsThatKeepMessagesAway() {
        Map<Consumer<Subscription.Builder>, String> faults = Map.of(
                other -> other.setTopic("_deleted-topic_"), "a deleted topic",
                other -> other.setTopic("projects/p/topics/others"), "projects/p/topics/others",
                other -> other.setDetached(true), "detached",
                other -> other.setFilter("attributes:x"), "the filter attributes:x",
                other -> other.setPushConfig(PushConfig.newBuilder().setPushEndpoint("https://x")), "not a pull",
                other -> other.setBigqueryConfig(BigQueryConfig.getDefaultInstance()), "not a pull");
        faults.forEach((change, words) -> {
            Subscription.Builder other = CONTRACT.wanted().toBuilder();
            change.accept(other);
            assertThat(CONTRACT.unusable(other.build()))
                    .hasValueSatisfying(fault -> assertThat(fault).contains(words));
        });
        assertThat(CONTRACT.replaceCommand().lines())
                .containsExactly(
                        "gcloud pubsub subscriptions delete jobs-sub --project=p",
                        "gcloud pubsub subscriptions create jobs-sub --topic=jobs --ack-deadline=300"
                                + " --min-retry-delay=10s --max-retry-delay=600s --expiration-period=never"
                                + " --dead-letter-topic=dlq --max-delivery-attempts=5 --project=p");
    }

    @Test
    void namesEachDifferenceAndOneCommandThatMendsAll() {
        Subscription other = CONTRACT.wanted().toBuilder()
                .setAckDeadlineSeconds(10)
                .clearRetryPolicy()
                .clearDeadLetterPolicy()
                .setExpirationPolicy(ExpirationPolicy.newBuilder().setTtl(Durations.fromDays(31)))
                .setMessageRetentionDuration(Durations.fromMinutes(10))
                .setEnableExactlyOnceDelivery(true)
                .build();

        var deviations = CONTRACT.deviations(other);

        assertThat(deviations)
                .extracting(SubscriptionContract.Deviation::field)
                .containsExactly(
                        "ack_deadline_seconds",
                        "retry_policy",
                        "dead_letter_policy",
                        "expiration_policy",
                        "message_retention_duration",
                        "enable_exactly_once_delivery");
        assertThat(CONTRACT.updateCommand(deviations))
                .isEqualTo("gcloud pubsub subscriptions update jobs-sub --ack-deadline=300 --min-retry-delay=10s"
                        + " --max-retry-delay=600s --dead-letter-topic=dlq --max-delivery-attempts=5"
                        + " --expiration-period=never --message-retention-duration=7d"
                        + " --no-enable-exactly-once-delivery --project=p");
        assertThat(SubscriptionContract.of("p", "jobs", 300, 10, 600).deviations(CONTRACT.wanted()))
                .extracting(SubscriptionContract.Deviation::flag)
                .containsExactly("--clear-dead-letter-policy");
    }
}
