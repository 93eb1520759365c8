package com.aiprod.pipeline.messaging;

import com.google.api.core.ApiService;
import com.google.api.gax.rpc.ApiException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.google.pubsub.GooglePubsubEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/**
 * Knows which subscriptions are listened to. Camel's consumer (4.18.0) ends for good after an error that it holds to be
 * final, such as a deleted subscription, while its route says that it runs; here that is a DOWN, and the route is
 * started again with growing pauses until it listens.
 */
final class SubscriberHealth implements HealthIndicator, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SubscriberHealth.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final TopicSetup topicSetup;
    private final CamelContext camel;
    /** What is wrong with each subscription; empty for one that is listened to. */
    private final Map<String, String> faults = new ConcurrentHashMap<>();

    private final ScheduledExecutorService restarts =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "subscriber-restart"));

    SubscriberHealth(TopicSetup topicSetup, CamelContext camel) {
        this.topicSetup = topicSetup;
        this.camel = camel;
    }

    /** A listener for one subscriber of that endpoint. */
    ApiService.Listener watch(GooglePubsubEndpoint endpoint) {
        String subscription = endpoint.getDestinationName();
        return new ApiService.Listener() {
            @Override
            public void running() {
                faults.put(subscription, "");
            }

            @Override
            public void failed(ApiService.State from, Throwable failure) {
                faults.put(subscription, failure.getMessage());
                if (!(failure instanceof ApiException api && api.isRetryable())) {
                    LOG.error("Nobody listens to {} any more: {}", subscription, failure.getMessage());
                    restartAfter(FIRST_PAUSE, endpoint);
                }
            }
        };
    }

    private void restartAfter(Duration pause, GooglePubsubEndpoint endpoint) {
        if (!restarts.isShutdown()) {
            // Its failures end in restart itself.
            var unused = restarts.schedule(() -> restart(pause, endpoint), pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void restart(Duration pause, GooglePubsubEndpoint endpoint) {
        String subscription = endpoint.getDestinationName();
        try {
            topicSetup.run();
            for (Route route : camel.getRoutes()) {
                if (route.getEndpoint() == endpoint) {
                    camel.getRouteController().stopRoute(route.getRouteId());
                    camel.getRouteController().startRoute(route.getRouteId());
                    LOG.info("Listening to {} again", subscription);
                }
            }
        } catch (Exception e) {
            faults.put(subscription, e.getMessage());
            Duration next = pause.multipliedBy(2);
            LOG.warn("Still not listening to {}: {}", subscription, e.getMessage());
            restartAfter(next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next, endpoint);
        }
    }

    @Override
    public Health health() {
        boolean listening = faults.values().stream().allMatch(String::isEmpty);
        Health.Builder health = listening ? Health.up() : Health.down();
        faults.forEach((subscription, fault) -> health.withDetail(subscription, fault.isEmpty() ? "listening" : fault));
        return health.build();
    }

    @Override
    public void close() {
        restarts.shutdownNow();
    }
}
