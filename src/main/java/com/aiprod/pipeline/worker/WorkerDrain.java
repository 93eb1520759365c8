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
 * Shuts the worker down gracefully: it accepts no more jobs, lets running jobs finish within the grace period, and
 * releases the rest. It begins when the application starts to close, in parallel with the graceful shutdown of the web
 * server. Camel, which publishes the results, stops only after both.
 */
final class WorkerDrain implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerDrain.class);
    private static final String ANNOUNCING_ROUTE = "direct:announce-capacity";
    private static final String RELEASING_ROUTE = "direct:release-jobs";

    private final ApplicationContext application;
    /** Providers, because Camel would have no routes if one of these beans were created before it starts. */
    private final ObjectProvider<CamelContext> camel;

    private final ObjectProvider<Slots> slots;
    private final ObjectProvider<RunningAttempts> running;
    private final Duration grace;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean started;

    WorkerDrain(
            ApplicationContext application,
            ObjectProvider<CamelContext> camel,
            ObjectProvider<Slots> slots,
            ObjectProvider<RunningAttempts> running,
            Duration grace) {
        this.application = application;
        this.camel = camel;
        this.slots = slots;
        this.running = running;
        this.grace = grace;
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent closed) {
        // The management server's context also publishes its close event to this parent context.
        if (closed.getApplicationContext() == application && started) {
            new Thread(this::drain, "worker-drain").start();
        }
    }

    private void drain() {
        try {
            RunningAttempts attempts = running.getObject();
            slots.getObject().close();
            announceCapacity();
            WorkerIntake.stopReceiving(camel.getObject());
            long end = System.nanoTime() + grace.toNanos();
            if (attempts.awaitIdle(grace)) {
                // The process takes its unrecorded results with it, and their jobs would run again.
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

    /** Announces that this worker accepts no more jobs. If this fails, the worker counts until its lease expires. */
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
        // drain completes it in any case.
        var unused = drained.thenRun(callback);
    }

    @Override
    public boolean isRunning() {
        return started;
    }

    /** At the same time as the web server, before Camel. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 1024;
    }
}
