package com.aiprod.pipeline.messaging;

import com.google.api.gax.rpc.AlreadyExistsException;
import com.google.api.gax.rpc.NotFoundException;
import com.google.cloud.pubsub.v1.SubscriptionAdminClient;
import com.google.cloud.pubsub.v1.SubscriptionAdminSettings;
import com.google.cloud.pubsub.v1.TopicAdminClient;
import com.google.cloud.pubsub.v1.TopicAdminSettings;
import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.ExpirationPolicy;
import com.google.pubsub.v1.RetryPolicy;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.SubscriptionName;
import com.google.pubsub.v1.TopicName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the contract's topics and subscriptions, or checks that they are there. */
final class TopicSetup {

    static final String JOBS = "aiprod-pipeline-jobs";
    static final String RESULTS = "aiprod-pipeline-results";
    static final String DEAD_LETTERS = "aiprod-pipeline-dlq";

    private static final Logger LOG = LoggerFactory.getLogger(TopicSetup.class);

    private static final int MAX_DELIVERIES = 5;

    private final PubSubSettings settings;
    private final PubSubConnection connection;

    TopicSetup(PubSubSettings settings, PubSubConnection connection) {
        this.settings = settings;
        this.connection = connection;
    }

    /**
     * Makes what is missing where provisioning is on, else checks.
     *
     * @throws MissingTopicsException when something is missing and provisioning is off
     * @throws IOException when no client can be made, for want of credentials for instance
     */
    void run() throws IOException {
        var topicSettings = TopicAdminSettings.newBuilder();
        var subscriptionSettings = SubscriptionAdminSettings.newBuilder();
        connection.configure((channel, credentials) -> {
            topicSettings.setTransportChannelProvider(channel).setCredentialsProvider(credentials);
            subscriptionSettings.setTransportChannelProvider(channel).setCredentialsProvider(credentials);
        });
        try (var topics = TopicAdminClient.create(topicSettings.build());
                var subscriptions = SubscriptionAdminClient.create(subscriptionSettings.build())) {
            if (settings.provisions()) {
                provision(topics, subscriptions);
            } else {
                check(topics, subscriptions);
            }
        }
    }

    private void provision(TopicAdminClient topics, SubscriptionAdminClient subscriptions) {
        for (TopicName topic : topics()) {
            try {
                topics.createTopic(topic);
                LOG.info("Made topic {}", topic.getTopic());
            } catch (AlreadyExistsException e) {
                LOG.debug("Topic {} is there", topic.getTopic());
            }
        }
        for (Subscription subscription : subscriptions()) {
            try {
                subscriptions.createSubscription(subscription);
                LOG.info("Made subscription {}", subscription.getName());
            } catch (AlreadyExistsException e) {
                LOG.debug("Subscription {} is there", subscription.getName());
            }
        }
    }

    private void check(TopicAdminClient topics, SubscriptionAdminClient subscriptions) {
        List<String> commands = new ArrayList<>();
        for (TopicName topic : topics()) {
            try {
                topics.getTopic(topic);
            } catch (NotFoundException e) {
                commands.add(
                        "gcloud pubsub topics create %s --project=%s".formatted(topic.getTopic(), topic.getProject()));
            }
        }
        for (Subscription subscription : subscriptions()) {
            try {
                subscriptions.getSubscription(subscription.getName());
            } catch (NotFoundException e) {
                commands.add(createCommand(subscription));
            }
        }
        if (!commands.isEmpty()) {
            throw new MissingTopicsException(settings.project(), commands);
        }
    }

    private List<TopicName> topics() {
        return List.of(topic(DEAD_LETTERS), topic(RESULTS), topic(JOBS));
    }

    private List<Subscription> subscriptions() {
        return List.of(
                subscription(DEAD_LETTERS, 60, 1, 60).build(),
                subscription(RESULTS, 60, 1, 60).build(),
                subscription(JOBS, 300, 10, 600)
                        .setDeadLetterPolicy(DeadLetterPolicy.newBuilder()
                                .setDeadLetterTopic(topic(DEAD_LETTERS).toString())
                                .setMaxDeliveryAttempts(MAX_DELIVERIES))
                        .build());
    }

    private Subscription.Builder subscription(
            String topic, int ackDeadlineSeconds, int minBackoffSeconds, int maxBackoffSeconds) {
        return Subscription.newBuilder()
                .setName(SubscriptionName.of(settings.project(), topic + "-sub").toString())
                .setTopic(topic(topic).toString())
                .setAckDeadlineSeconds(ackDeadlineSeconds)
                .setRetryPolicy(RetryPolicy.newBuilder()
                        .setMinimumBackoff(seconds(minBackoffSeconds))
                        .setMaximumBackoff(seconds(maxBackoffSeconds)))
                // Empty means never; the default is to vanish after 31 days without a worker.
                .setExpirationPolicy(ExpirationPolicy.getDefaultInstance());
    }

    private static Duration seconds(int seconds) {
        return Durations.fromSeconds(seconds);
    }

    private TopicName topic(String topic) {
        return TopicName.of(settings.project(), topic);
    }

    private String createCommand(Subscription subscription) {
        var command = new StringBuilder("gcloud pubsub subscriptions create %s --topic=%s --ack-deadline=%s"
                .formatted(
                        SubscriptionName.parse(subscription.getName()).getSubscription(),
                        TopicName.parse(subscription.getTopic()).getTopic(),
                        subscription.getAckDeadlineSeconds()));
        command.append(" --min-retry-delay=%ss --max-retry-delay=%ss --expiration-period=never"
                .formatted(
                        subscription.getRetryPolicy().getMinimumBackoff().getSeconds(),
                        subscription.getRetryPolicy().getMaximumBackoff().getSeconds()));
        if (subscription.hasDeadLetterPolicy()) {
            command.append(" --dead-letter-topic=%s --max-delivery-attempts=%s"
                    .formatted(DEAD_LETTERS, subscription.getDeadLetterPolicy().getMaxDeliveryAttempts()));
        }
        return command.append(" --project=").append(settings.project()).toString();
    }
}
