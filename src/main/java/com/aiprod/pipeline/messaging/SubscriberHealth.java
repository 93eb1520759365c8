package com.aiprod.pipeline.messaging;

import com.aiprod.pipeline.messaging.TopicProblem.Effect;
import com.google.api.core.ApiService;
import com.google.api.gax.rpc.ApiException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.google.pubsub.GooglePubsubEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/**
 * Reports whether subscribers run and can receive messages. Camel's consumer (4.18.0) stops permanently after an error
 * that it considers final, such as a deleted subscription, while its route still reports that it runs. Here that is
 * DOWN, and the route is restarted with growing pauses until it receives again. A subscription whose topic was deleted
 * stays up but receives nothing. So {@link TopicSetup} checks all topics and subscriptions at intervals, and whatever
 * keeps messages from this process, or its own messages from others, is DOWN as well.
 */
final class SubscriberHealth implements HealthIndicator, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SubscriberHealth.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final TopicSetup topicSetup;
    private final CamelContext camel;
    /** The fault of each subscription; empty while its subscriber runs. */
    private final Map<String, String> faults = new ConcurrentHashMap<>();

    /** The topics that this process publishes to. */
    private final Set<String> topics = ConcurrentHashMap.newKeySet();
    /** The problems found by the last check, by name. */
    private final Map<String, TopicProblem> found = new ConcurrentHashMap<>();

    private final ScheduledExecutorService restarts =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "subscriber-restart"));

    SubscriberHealth(TopicSetup topicSetup, CamelContext camel, MeterRegistry registry) {
        this.topicSetup = topicSetup;
        this.camel = camel;
        for (Effect effect : Effect.values()) {
            Gauge.builder("aiprod.pubsub.faults", () -> count(effect))
                    .description("Topics and subscriptions that differ from the contract, by effect")
                    .tag("effect", effect.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    private long count(Effect effect) {
        return found.values().stream().filter(fault -> fault.effect() == effect).count();
    }

    /** Checks all topics and subscriptions now and at this interval; zero disables the checks. */
    void checkEvery(Duration interval) {
        if (!interval.isZero()) {
            // The task catches its own exceptions.
            var unused =
                    restarts.scheduleWithFixedDelay(this::checkAgain, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Records that this process publishes to the topic. */
    void publishesTo(String topic) {
        topics.add(topic);
    }

    private void checkAgain() {
        try {
            look();
        } catch (IOException | RuntimeException e) {
            // If Pub/Sub is unavailable, publishers and subscribers report it.
            LOG.debug("Topics and subscriptions could not be checked", e);
        }
    }

    private void look() throws IOException {
        Map<String, TopicProblem> now = new LinkedHashMap<>();
        topicSetup.look().forEach(fault -> now.put(fault.name(), fault));
        now.values().forEach(this::logOnce);
        found.keySet().retainAll(now.keySet());
        found.putAll(now);
    }

    /** Logs a problem once, until it changes. */
    private void logOnce(TopicProblem fault) {
        if (!fault.equals(found.get(fault.name()))) {
            LOG.atLevel(fault.isUnusable() ? Level.ERROR : Level.WARN)
                    .log("{} {}. To fix it, run: {}", fault.name(), fault.what(), fault.command());
        }
    }

    /** A listener for a subscriber of this endpoint. */
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
                    LOG.error("The subscriber of {} stopped: {}", subscription, failure.getMessage());
                    restartAfter(FIRST_PAUSE, endpoint);
                }
            }
        };
    }

    private void restartAfter(Duration pause, GooglePubsubEndpoint endpoint) {
        if (!restarts.isShutdown()) {
            // restart handles its own failures.
            var unused = restarts.schedule(() -> restart(pause, endpoint), pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void restart(Duration pause, GooglePubsubEndpoint endpoint) {
        String subscription = endpoint.getDestinationName();
        try {
            look();
            if (!unusable(subscription).isEmpty()) {
                throw new IllegalStateException("The subscription " + unusable(subscription));
            }
            for (Route route : camel.getRoutes()) {
                if (route.getEndpoint() == endpoint) {
                    camel.getRouteController().stopRoute(route.getRouteId());
                    camel.getRouteController().startRoute(route.getRouteId());
                    LOG.info("Restarted the subscriber of {}", subscription);
                }
            }
        } catch (Exception e) {
            faults.put(subscription, e.getMessage());
            Duration next = pause.multipliedBy(2);
            LOG.warn("Could not restart the subscriber of {}: {}", subscription, e.getMessage());
            restartAfter(next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next, endpoint);
        }
    }

    @Override
    public Health health() {
        Map<String, String> details = new LinkedHashMap<>();
        topics.forEach(topic -> details.put(topic, unusable(topic)));
        faults.forEach(
                (subscription, fault) -> details.put(subscription, fault.isEmpty() ? unusable(subscription) : fault));
        boolean well = details.values().stream().allMatch(String::isEmpty);
        Health.Builder health = well ? Health.up() : Health.down();
        details.forEach((name, fault) -> {
            if (!fault.isEmpty()) {
                health.withDetail(name, fault);
            } else if (faults.containsKey(name)) {
                health.withDetail(name, "listening");
            }
        });
        return health.build();
    }

    private String unusable(String name) {
        TopicProblem fault = found.get(name);
        return fault != null && fault.isUnusable() ? fault.what() : "";
    }

    @Override
    public void close() {
        restarts.shutdownNow();
    }
}
