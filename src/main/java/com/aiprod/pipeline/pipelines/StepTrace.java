package com.aiprod.pipeline.pipelines;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.NamedRoute;

/** The steps that one exchange has done in a pipeline, and the one that failed. */
public final class StepTrace {

    private static final String PROPERTY = "pipelineStepTrace";

    /** A loop without end must not fill the memory. */
    public static final int MAX_STEPS = 1000;

    /** Describes the body that a step leaves; null if only the last step and the one that failed are kept. */
    private final Function<Object, String> describe;

    private final List<Running> steps = new ArrayList<>();
    private final Map<String, Integer> calls = new LinkedHashMap<>();
    /** The steps in progress, the innermost last. */
    private final List<NamedNode> open = new ArrayList<>();

    /** The step that ended last; null before the first. */
    private NamedNode last;

    private int cleanups;
    /** A key that a step read of the job and that is not there; null if there was none. */
    private String missingKey;

    /** The last step that read such a key. */
    private FailurePlace missed;

    private Throwable failure;
    private NamedNode failedStep;
    private String failedKey;

    /**
     * A step.
     *
     * @param depth how many steps it is inside of
     * @param nanos how long it ran; -1 if it has not ended
     * @param failed whether it threw
     * @param left the body that it left, described in a few words; null if it threw or has not ended
     */
    public record Step(FailurePlace place, int depth, long nanos, boolean failed, String left) {}

    /** A step in progress. */
    static final class Running {

        private final FailurePlace place;
        private final int depth;
        private Step ended;

        private Running(FailurePlace place, int depth) {
            this.place = place;
            this.depth = depth;
        }
    }

    /** Keeps the last step and the one that failed. */
    public StepTrace() {
        this(null);
    }

    /**
     * Keeps the first {@value #MAX_STEPS} steps, and counts all.
     *
     * @param describe describes the body that a step leaves
     */
    public StepTrace(Function<Object, String> describe) {
        this.describe = describe;
    }

    /** Lets the trace follow an exchange, and the routes that it calls. */
    void follow(Exchange exchange) {
        exchange.setProperty(PROPERTY, this);
    }

    /** The trace that follows this exchange; null if none does. */
    public static StepTrace of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, StepTrace.class);
    }

    /**
     * A step begins.
     *
     * @param cleansUp whether the step belongs to a {@code doFinally}
     * @return for {@link #done}; null if the steps are not kept
     */
    synchronized Running begin(NamedNode step, boolean cleansUp) {
        missingKey = null;
        cleanups += cleansUp ? 1 : 0;
        open.add(step);
        if (describe == null) {
            return null;
        }
        calls.merge(step.getId(), 1, Integer::sum);
        Running running = new Running(place(step, null), open.size() - 1);
        if (steps.size() < MAX_STEPS) {
            steps.add(running);
        }
        return running;
    }

    /** Whether a step that cleans up is in progress. */
    synchronized boolean cleansUp() {
        return cleanups > 0;
    }

    /** A step reads a key of the job that is not there. */
    synchronized void misses(String key) {
        missingKey = key;
        if (!open.isEmpty()) {
            missed = place(open.get(open.size() - 1), key);
        }
    }

    /** The last step that read a key of the job that is not there; null if none did. */
    public synchronized FailurePlace missed() {
        return missed;
    }

    /**
     * A step has ended; a step inside another one ends first.
     *
     * @param running what {@link #begin} returned
     */
    synchronized void done(Running running, NamedNode step, boolean cleansUp, Exchange exchange, long nanos) {
        Throwable thrown = exchange.getException();
        cleanups -= cleansUp ? 1 : 0;
        open.remove(open.lastIndexOf(step));
        last = step;
        if (thrown != null && thrown != failure) {
            failure = thrown;
            failedStep = step;
            failedKey = missingKey;
        }
        if (running != null) {
            String left = thrown == null ? describe.apply(exchange.getMessage().getBody()) : null;
            running.ended = new Step(
                    thrown == null ? running.place : place(step, missingKey),
                    running.depth,
                    nanos,
                    thrown != null,
                    left);
        }
    }

    /** The steps so far, in the order in which they began. */
    public synchronized List<Step> steps() {
        return steps.stream()
                .map(step -> step.ended == null ? new Step(step.place, step.depth, -1, false, null) : step.ended)
                .toList();
    }

    /** How often each step began, by ID, in the order of the first time. */
    public synchronized Map<String, Integer> calls() {
        return new LinkedHashMap<>(calls);
    }

    /** The step that threw this; null if no step did. */
    synchronized FailurePlace placeOf(Throwable thrown) {
        return failedStep != null && thrown == failure ? place(failedStep, failedKey) : null;
    }

    /** The step in progress, or else the one that ended last; null before the first. */
    synchronized FailurePlace last() {
        NamedNode step = open.isEmpty() ? last : open.get(open.size() - 1);
        return step == null ? null : place(step, null);
    }

    private static FailurePlace place(NamedNode step, String missingKey) {
        NamedNode node = step;
        while (node.getLineNumber() < 0 && node.getParent() != null) {
            node = node.getParent();
        }
        return new FailurePlace(
                routeOf(step), step.getId(), node.getLocation(), Math.max(0, node.getLineNumber()), missingKey);
    }

    private static String routeOf(NamedNode step) {
        NamedNode node = step;
        while (node != null && !(node instanceof NamedRoute)) {
            node = node.getParent();
        }
        return node instanceof NamedRoute route ? route.getRouteId() : null;
    }
}
