package com.aiprod.pipeline.messaging;

import com.google.api.core.ApiService;
import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.batching.FlowControlSettings;
import com.google.api.gax.core.FixedExecutorProvider;
import com.google.api.gax.retrying.RetrySettings;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.cloud.pubsub.v1.SubscriberShutdownSettings;
import com.google.cloud.pubsub.v1.SubscriberShutdownSettings.ShutdownMode;
import com.google.common.util.concurrent.MoreExecutors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Endpoint;
import org.apache.camel.component.google.pubsub.GooglePubsubComponent;
import org.apache.camel.component.google.pubsub.GooglePubsubConstants;
import org.apache.camel.component.google.pubsub.GooglePubsubEndpoint;

/**
 * Camel's Pub/Sub component with settings for a queue of long jobs that the stock component (4.18.0) does not offer:
 *
 * <ul>
 * <li>A consumer leases exactly as many messages as it processes at a time, instead of leasing 1,000 and processing
 *       five. The endpoint option {@code maxMessagesPerPoll} sets this number (0 for the number of cores). Together,
 *       the messages have at most {@code aiprod.pubsub.max-leased-bytes}, so large messages fit into the heap.
 * <li>A publisher lives as long as the application instead of 180 seconds, and a publish fails within
 *       {@code aiprod.pubsub.publish-timeout} instead of 600 seconds.
 * <li>A publish holds no thread while Pub/Sub has not answered ({@link PubSubPublisher}).
 * <li>With an emulator, all clients share one channel ({@link PubSubConnection}) instead of opening one each that is
 *       never closed.
 * <li>Only the attributes in {@link MessageAttributes} are sent and received.
 * <li>{@link SubscriberHealth} detects a dead subscriber and restarts it.
 * </ul>
 */
final class PipelinePubSubComponent extends GooglePubsubComponent {

    /** Long enough to publish what is buffered, short enough for a pod's grace period. */
    private static final Duration PUBLISHER_SHUTDOWN = Duration.ofSeconds(5);

    /** The client's default of 1,000 bytes fits only one or two jobs in a request. */
    private static final BatchingSettings BATCHING = BatchingSettings.newBuilder()
            .setElementCountThreshold(100L)
            .setRequestByteThreshold(1_000_000L)
            .setDelayThresholdDuration(Duration.ofMillis(1))
            .build();

    /** A message waits in a thread for a slot or a statement. The others wait in the queue of these threads. */
    private static final int MAX_THREADS = 32;

    private final PubSubSettings settings;
    private final PubSubConnection connection;
    private final TopicSetup topicSetup;
    private final SubscriberHealth health;
    private final MessageMetrics metrics;
    private final Map<String, Publisher> publishers = new ConcurrentHashMap<>();
    private ExecutorService afterFailure;

    PipelinePubSubComponent(
            PubSubSettings settings,
            PubSubConnection connection,
            TopicSetup topicSetup,
            SubscriberHealth health,
            MessageMetrics metrics) {
        this.settings = settings;
        this.connection = connection;
        this.topicSetup = topicSetup;
        this.health = health;
        this.metrics = metrics;
        setHeaderFilterStrategy(new MessageAttributes());
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        String[] projectAndName = remaining.split(":", -1);
        if (projectAndName.length != 2) {
            throw new IllegalArgumentException("Expected google-pubsub:project:topic or :subscription, not " + uri);
        }
        PipelinePubSubEndpoint endpoint = new PipelinePubSubEndpoint(uri, this, afterFailure());
        endpoint.setProjectId(projectAndName[0]);
        endpoint.setDestinationName(projectAndName[1]);
        endpoint.setServiceAccountKey(getServiceAccountKey());
        endpoint.setAuthenticate(isAuthenticate());
        endpoint.setHeaderFilterStrategy(getHeaderFilterStrategy());
        setProperties(endpoint, parameters);
        return endpoint;
    }

    private synchronized ExecutorService afterFailure() {
        if (afterFailure == null) {
            afterFailure = getCamelContext().getExecutorServiceManager().newDefaultThreadPool(this, "publish-failed");
        }
        return afterFailure;
    }

    /**
     * The consumer of a missing subscription would die at startup, so subscriptions are set up before any route starts.
     */
    @Override
    protected void doInit() throws Exception {
        super.doInit();
        topicSetup.run();
        health.checkEvery(settings.checkInterval());
    }

    @Override
    public Publisher getPublisher(String topicName, GooglePubsubEndpoint endpoint) {
        health.publishesTo(endpoint.getDestinationName());
        return publishers.computeIfAbsent(topicName, this::newPublisher);
    }

    private Publisher newPublisher(String topicName) {
        try {
            Publisher.Builder publisher = Publisher.newBuilder(topicName)
                    .setRetrySettings(boundedBy(settings.publishTimeout()))
                    .setBatchingSettings(BATCHING);
            connection.configure((channel, credentials) ->
                    publisher.setChannelProvider(channel).setCredentialsProvider(credentials));
            return publisher.build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RetrySettings boundedBy(Duration total) {
        return RetrySettings.newBuilder()
                .setInitialRetryDelayDuration(Duration.ofMillis(100))
                .setRetryDelayMultiplier(2)
                .setMaxRetryDelayDuration(Duration.ofSeconds(2))
                .setInitialRpcTimeoutDuration(total.dividedBy(2))
                .setRpcTimeoutMultiplier(1)
                .setMaxRpcTimeoutDuration(total.dividedBy(2))
                .setTotalTimeoutDuration(total)
                .build();
    }

    @Override
    public Subscriber getSubscriber(String subscriptionName, MessageReceiver receiver, GooglePubsubEndpoint endpoint) {
        int leased = leased(endpoint);
        ScheduledExecutorService executor = new ScheduledThreadPoolExecutor(
                Math.min(leased, MAX_THREADS),
                task -> getCamelContext().getExecutorServiceManager().newThread(endpoint.getDestinationName(), task));
        Subscriber.Builder builder = Subscriber.newBuilder(
                        subscriptionName, metrics.count(endpoint.getDestinationName(), receiver))
                .setExecutorProvider(FixedExecutorProvider.create(executor))
                .setFlowControlSettings(flowControl(leased))
                .setSubscriberShutdownSettings(SubscriberShutdownSettings.newBuilder()
                        .setMode(shutdownMode(endpoint))
                        .build())
                .setMaxAckExtensionPeriodDuration(Duration.ofSeconds(endpoint.getMaxAckExtensionPeriod()));
        connection.configure(
                (channel, credentials) -> builder.setChannelProvider(channel).setCredentialsProvider(credentials));
        Subscriber subscriber = builder.build();
        subscriber.addListener(health.watch(endpoint), MoreExecutors.directExecutor());
        subscriber.addListener(shutDown(executor), MoreExecutors.directExecutor());
        return subscriber;
    }

    /** Sets both limits, because the client drops its default byte limit when only a message count is set. */
    FlowControlSettings flowControl(int leased) {
        return FlowControlSettings.newBuilder()
                .setMaxOutstandingElementCount((long) leased)
                .setMaxOutstandingRequestBytes(settings.maxLeasedBytes().toBytes())
                .build();
    }

    /**
     * If the route acks by itself, the messages stand for jobs that the database keeps. When the consumer stops,
     * unclaimed messages are nacked at once; the message of a running job would only arrive as a duplicate.
     */
    private static ShutdownMode shutdownMode(GooglePubsubEndpoint endpoint) {
        return endpoint.getAckMode() == GooglePubsubConstants.AckMode.NONE
                ? ShutdownMode.NACK_IMMEDIATELY
                : ShutdownMode.WAIT_FOR_PROCESSING;
    }

    private static int leased(GooglePubsubEndpoint endpoint) {
        int asked = endpoint.getMaxMessagesPerPoll();
        return asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
    }

    private static ApiService.Listener shutDown(ScheduledExecutorService executor) {
        return new ApiService.Listener() {
            @Override
            public void terminated(ApiService.State from) {
                executor.shutdown();
            }

            @Override
            public void failed(ApiService.State from, Throwable failure) {
                executor.shutdown();
            }
        };
    }

    @Override
    protected void doShutdown() throws Exception {
        publishers.values().forEach(Publisher::shutdown);
        for (Publisher publisher : publishers.values()) {
            publisher.awaitTermination(PUBLISHER_SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
        }
        super.doShutdown();
    }
}
