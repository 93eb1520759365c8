package com.aiprod.pipeline.messaging;

import com.aiprod.pipeline.messaging.SubscriptionContract.Deviation;
import com.aiprod.pipeline.messaging.TopicProblem.Effect;
import com.google.api.gax.rpc.AlreadyExistsException;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.NotFoundException;
import com.google.api.gax.rpc.PermissionDeniedException;
import com.google.cloud.pubsub.v1.SubscriptionAdminClient;
import com.google.cloud.pubsub.v1.SubscriptionAdminSettings;
import com.google.cloud.pubsub.v1.TopicAdminClient;
import com.google.cloud.pubsub.v1.TopicAdminSettings;
import com.google.protobuf.FieldMask;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.TopicName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares topics and subscriptions with the contract. With provisioning, creates what is missing, corrects deviating
 * settings, and recreates subscriptions that are detached or whose topic was deleted. The messages waiting in a
 * recreated subscription are lost, but their jobs are published again because the database has not recorded their end.
 * Anything else that keeps messages away is presumably intentional and is only reported.
 */
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
     * Checks like {@link #look()}, but fails on unusable topics and subscriptions.
     *
     * @throws UnusableTopicsException if something is missing or keeps messages away
     * @throws IOException if no client can be created, for example without credentials
     */
    void run() throws IOException {
        List<TopicProblem> unusable =
                look().stream().filter(TopicProblem::isUnusable).toList();
        if (!unusable.isEmpty()) {
            throw new UnusableTopicsException(settings.project(), unusable);
        }
    }

    /**
     * The problems that remain after provisioning, in the order in which to fix them.
     *
     * @throws IOException if no client can be created, for example without credentials
     * @throws ApiException if Pub/Sub does not respond
     */
    List<TopicProblem> look() throws IOException {
        var topicSettings = TopicAdminSettings.newBuilder();
        var subscriptionSettings = SubscriptionAdminSettings.newBuilder();
        connection.configure((channel, credentials) -> {
            topicSettings.setTransportChannelProvider(channel).setCredentialsProvider(credentials);
            subscriptionSettings.setTransportChannelProvider(channel).setCredentialsProvider(credentials);
        });
        try (var topics = TopicAdminClient.create(topicSettings.build());
                var subscriptions = SubscriptionAdminClient.create(subscriptionSettings.build())) {
            List<TopicProblem> ofTopics = topics().stream()
                    .map(topic -> permitted(topic.getTopic(), () -> check(topics, topic)))
                    .flatMap(Optional::stream)
                    .toList();
            List<TopicProblem> ofSubscriptions = subscriptions().stream()
                    .map(contract -> permitted(contract.name(), () -> check(subscriptions, contract)))
                    .flatMap(Optional::stream)
                    .toList();
            return Stream.concat(ofTopics.stream(), ofSubscriptions.stream()).toList();
        }
    }

    private static Optional<TopicProblem> permitted(String name, Supplier<Optional<TopicProblem>> check) {
        try {
            return check.get();
        } catch (PermissionDeniedException e) {
            return Optional.of(new TopicProblem(
                    name,
                    "cannot be checked (%s)".formatted(e.getMessage()),
                    Effect.UNKNOWN,
                    "# grant roles/pubsub.viewer on %s".formatted(name)));
        }
    }

    private Optional<TopicProblem> check(TopicAdminClient topics, TopicName topic) {
        try {
            topics.getTopic(topic);
            return Optional.empty();
        } catch (NotFoundException e) {
            return missing(
                    topic.getTopic(),
                    () -> topics.createTopic(topic),
                    "gcloud pubsub topics create %s --project=%s".formatted(topic.getTopic(), topic.getProject()));
        }
    }

    private Optional<TopicProblem> check(SubscriptionAdminClient subscriptions, SubscriptionContract contract) {
        Runnable create = () -> subscriptions.createSubscription(contract.wanted());
        Subscription actual;
        try {
            actual = subscriptions.getSubscription(contract.wanted().getName());
        } catch (NotFoundException e) {
            return missing(contract.name(), create, contract.createCommand());
        }
        Optional<String> unusable = contract.unusable(actual);
        if (unusable.isPresent()) {
            TopicProblem fault =
                    new TopicProblem(contract.name(), unusable.get(), Effect.UNUSABLE, contract.replaceCommand());
            return fix(SubscriptionContract.canReceiveNothing(actual), fault, () -> {
                subscriptions.deleteSubscription(actual.getName());
                createIfMissing(create);
            });
        }
        List<Deviation> deviations = contract.deviations(actual);
        if (deviations.isEmpty()) {
            return Optional.empty();
        }
        TopicProblem fault = new TopicProblem(
                contract.name(),
                SubscriptionContract.describe(deviations),
                Effect.DEVIATES,
                contract.updateCommand(deviations));
        FieldMask mask = FieldMask.newBuilder()
                .addAllPaths(deviations.stream().map(Deviation::field).toList())
                .build();
        return fix(true, fault, () -> subscriptions.updateSubscription(contract.update(), mask));
    }

    private Optional<TopicProblem> missing(String name, Runnable create, String command) {
        TopicProblem problem = new TopicProblem(name, "does not exist", Effect.UNUSABLE, command);
        return fix(true, problem, () -> createIfMissing(create));
    }

    /** Another process may have created it first. */
    private static void createIfMissing(Runnable create) {
        try {
            create.run();
        } catch (AlreadyExistsException e) {
            LOG.debug("Already created by another process: {}", e.getMessage());
        }
    }

    /**
     * The problem, or empty if it was fixed. An emulator may not support the fix, and the account may lack permission.
     */
    private Optional<TopicProblem> fix(boolean fixable, TopicProblem fault, Runnable fix) {
        if (!fixable || !settings.provisions()) {
            return Optional.of(fault);
        }
        try {
            fix.run();
            LOG.info("{} {}; fixed", fault.name(), fault.what());
            return Optional.empty();
        } catch (ApiException e) {
            return Optional.of(new TopicProblem(
                    fault.name(),
                    "%s; it could not be fixed (%s)".formatted(fault.what(), e.getMessage()),
                    fault.effect(),
                    fault.command()));
        }
    }

    private List<TopicName> topics() {
        return Stream.of(DEAD_LETTERS, RESULTS, JOBS).map(this::topic).toList();
    }

    private List<SubscriptionContract> subscriptions() {
        return List.of(
                SubscriptionContract.of(settings.project(), DEAD_LETTERS, 60, 1, 60),
                SubscriptionContract.of(settings.project(), RESULTS, 60, 1, 60),
                SubscriptionContract.of(settings.project(), JOBS, 300, 10, 600)
                        .withDeadLetters(topic(DEAD_LETTERS).toString(), MAX_DELIVERIES));
    }

    private TopicName topic(String topic) {
        return TopicName.of(settings.project(), topic);
    }
}
