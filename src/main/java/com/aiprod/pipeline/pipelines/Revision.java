package com.aiprod.pipeline.pipelines;

import com.aiprod.pipeline.job.Preset;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.support.DefaultExchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A revision of a pipeline that can run jobs. It keeps its Camel context until it is no longer live and its last attempt
 * has ended.
 */
public final class Revision {

    /** The pause before the first retry of a pipeline that sets none. */
    public static final Duration DEFAULT_DELAY = PipelineSettings.DEFAULT_DELAY;

    /** Behind the pipeline's name: the route that cleans up after an attempt that was stopped for good. */
    public static final String CLEAN_UP_SUFFIX = "-stopped";

    private static final Logger LOG = LoggerFactory.getLogger(Revision.class);

    private final String pipeline;
    private final String id;
    private final PipelineSettings settings;
    private final CamelContext camel;
    private final boolean ownsContext;
    private final ProducerTemplate producer;
    private final Endpoint entry;
    /** The entry of the route that cleans up; null without one. */
    private final Endpoint cleanUp;

    private int attempts;
    private boolean retired;

    private Revision(
            String pipeline,
            String id,
            PipelineSettings settings,
            CamelContext camel,
            boolean ownsContext,
            Route entry) {
        this.pipeline = pipeline;
        this.id = id;
        this.settings = settings;
        this.camel = camel;
        this.ownsContext = ownsContext;
        this.producer = camel.createProducerTemplate();
        this.entry = entry.getEndpoint();
        Route stopped = camel.getRoute(pipeline + CLEAN_UP_SUFFIX);
        this.cleanUp = stopped == null ? null : stopped.getEndpoint();
    }

    /** @param camel a started context with the routes of this revision; closed with the revision */
    public static Revision of(PipelineFiles files, PipelineSettings settings, CamelContext camel) {
        return new Revision(files.name(), files.revision(), settings, camel, true, camel.getRoute(files.name()));
    }

    /** A pipeline that is a route of the application itself, written in Java; it has no revision ID. */
    static Revision ofRoute(CamelContext flow, String route) {
        return new Revision(route, null, PipelineSettings.none(), flow, false, flow.getRoute(route));
    }

    /** The name of the pipeline. */
    public String pipeline() {
        return pipeline;
    }

    /** Identifies the files that run; null for a route of the application itself. */
    public String id() {
        return id;
    }

    /** The wall time of one attempt; null for the worker's default. */
    public Duration timeout() {
        return settings.timeout();
    }

    /** Whether its attempts take the pipeline's own slots, and not those of the worker. */
    public boolean hasOwnSlots() {
        return settings.slots() != null;
    }

    Integer slots() {
        return settings.slots();
    }

    /** How often an attempt retries what may pass. */
    public int redeliveries() {
        return settings.redeliveries();
    }

    /** The pause before the first retry; each further one is twice as long. */
    public Duration delay() {
        return settings.delay();
    }

    Map<String, Preset> presets() {
        return settings.presets();
    }

    /** Keeps this revision open for one attempt; returns false if it is closed. */
    synchronized boolean enter() {
        if (retired && attempts == 0) {
            return false;
        }
        attempts++;
        return true;
    }

    /** One attempt has ended. */
    public void leave() {
        boolean last;
        synchronized (this) {
            attempts--;
            last = retired && attempts == 0;
        }
        if (last) {
            close();
        }
    }

    /** Another revision is live: closes this one as soon as its last attempt has ended. */
    void retire() {
        boolean last;
        synchronized (this) {
            last = !retired && attempts == 0;
            retired = true;
        }
        if (last) {
            close();
        }
    }

    private void close() {
        if (!ownsContext) {
            return;
        }
        // On a thread of its own: the last attempt may end on a thread of this context.
        Thread closing = new Thread(
                () -> {
                    try {
                        producer.close();
                        camel.close();
                        LOG.info("Pipeline {}: revision {} has no more attempts and is closed", pipeline, id);
                    } catch (Exception e) {
                        LOG.warn("Pipeline {}: revision {} cannot be closed", pipeline, id, e);
                    }
                },
                "close-" + pipeline + "-" + id);
        closing.setDaemon(true);
        closing.start();
    }

    /**
     * Makes an exchange for one try of the pipeline.
     *
     * @param job the job, which the exchange has as its body
     */
    public Exchange newExchange(Map<?, ?> job) {
        return newExchange(job, new StepTrace());
    }

    /** @param trace follows the exchange */
    public Exchange newExchange(Map<?, ?> job, StepTrace trace) {
        Exchange exchange = new DefaultExchange(camel);
        trace.follow(exchange);
        exchange.getMessage().setBody(new JobMap(job, trace));
        return exchange;
    }

    /** Runs the pipeline on the exchange, which has its failure or its output afterwards. */
    public void run(Exchange exchange) {
        producer.send(entry, exchange);
    }

    /** Whether the pipeline has a route {@code NAME-stopped}. */
    public boolean cleansUp() {
        return cleanUp != null;
    }

    /** Runs the route {@code NAME-stopped} on an exchange like that of a try; its failure is in the exchange. */
    public void cleanUp(Exchange exchange) {
        producer.send(cleanUp, exchange);
    }

    /** Where the exchange of a failed try failed, or the step in progress; null if no step is known. */
    public static FailurePlace placeOf(Exchange exchange) {
        StepTrace trace = StepTrace.of(exchange);
        if (trace == null) {
            return null;
        }
        FailurePlace failed = exchange.getException() == null ? null : trace.placeOf(exchange.getException());
        return failed != null ? failed : trace.last();
    }
}
