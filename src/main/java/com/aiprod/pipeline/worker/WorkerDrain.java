package com.aiprod.pipeline.worker;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Ends the work of this process in good order: it takes no more jobs at once, lets those that run end within the grace
 * period, and hands back the rest. It begins with the first sign that the application closes, beside the web server's
 * own graceful end; Camel, which carries the results, is stopped only after both.
 */
final class WorkerDrain implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerDrain.class);
    static final String RECEIVING_ROUTE = "run-job";
    private static final String ANNOUNCING_ROUTE = "direct:announce-capacity";
    private static final String RELEASING_ROUTE = "direct:release-jobs";

    private final ApplicationContext application;
    /** Providers, since making either before Camel starts by itself would leave it without routes. */
    private final ObjectProvider<CamelContext> camel;

    private final ObjectProvider<RunningAttempts> running;
    private final Duration grace;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean started;

    WorkerDrain(
            ApplicationContext application,
            ObjectProvider<CamelContext> camel,
            ObjectProvider<RunningAttempts> running,
            Duration grace) {
        this.application = application;
        this.camel = camel;
        this.running = running;
        this.grace = grace;
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent closed) {
        // The management server's context closes too, and tells its parent.
        if (closed.getApplicationContext() == application && started) {
            new Thread(this::drain, "worker-drain").start();
        }
    }

    private void drain() {
        try {
            RunningAttempts attempts = running.getObject();
            attempts.startNoMore();
            announceCapacity();
            camel.getObject().getRouteController().stopRoute(RECEIVING_ROUTE);
            long end = System.nanoTime() + grace.toNanos();
            if (attempts.awaitIdle(grace)) {
                // With this process go the results that it keeps, and their jobs would be run again.
                if (!attempts.awaitRecorded(Duration.ofNanos(end - System.nanoTime()))) {
                    LOG.warn("Some results of this worker are not recorded; their jobs may run again");
                }
            } else {
                try (ProducerTemplate producer = camel.getObject().createProducerTemplate()) {
                    producer.sendBody(RELEASING_ROUTE, null);
                }
                attempts.awaitIdle(Attempt.STOP_GRACE);
            }
        } catch (Exception e) {
            LOG.warn("Could not release the jobs of this worker; other workers get them when their leases expire", e);
        } finally {
            drained.complete(null);
        }
    }

    /** That this worker takes no more; one that cannot say so counts until its lease is over. */
    private void announceCapacity() {
        try (ProducerTemplate producer = camel.getObject().createProducerTemplate()) {
            producer.sendBody(ANNOUNCING_ROUTE, null);
        } catch (Exception e) {
            LOG.warn("Could not announce that this worker is shutting down: {}", e.getMessage());
        }
    }

    @Override
    public void start() {
        started = true;
    }

    @Override
    public void stop() {
        started = false;
    }

    @Override
    public void stop(Runnable callback) {
        stop();
        // It never fails: drain completes it whatever happens.
        var unused = drained.thenRun(callback);
    }

    @Override
    public boolean isRunning() {
        return started;
    }

    /** Together with the web server, before Camel. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 1024;
    }
}
