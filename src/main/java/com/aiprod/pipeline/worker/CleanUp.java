package com.aiprod.pipeline.worker;

import com.aiprod.pipeline.pipelines.Revision;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a pipeline clean up after an attempt that was stopped for good, because its job was cancelled or its time was up:
 * runs the pipeline's route {@code NAME-stopped}, if it has one, for example to cancel an order. Not when another worker
 * has the job or will get it. The attempt may have been stopped in any step, or between two tries.
 */
final class CleanUp {

    private static final Logger LOG = LoggerFactory.getLogger(CleanUp.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final ProducerTemplate flow;
    private final ExecutorService threads;

    /** @param camel has the route is-job-cancelled */
    CleanUp(CamelContext camel, ExecutorService threads) {
        this.flow = camel.createProducerTemplate();
        this.threads = threads;
    }

    /** The time of the attempt is up. Returns when the pipeline has cleaned up, after 10 s at the latest. */
    void afterTimeout(Attempt attempt, Revision revision, Map<?, ?> job, Exchange stopped) {
        if (revision.cleansUp()) {
            run(attempt, revision, job, stopped, "timeout");
        }
    }

    /** The attempt was stopped: does nothing unless its job was cancelled. */
    void afterStop(Attempt attempt, Revision revision, Map<?, ?> job, Exchange stopped) {
        if (revision.cleansUp() && isCancelled(attempt)) {
            run(attempt, revision, job, stopped, "cancelled");
        }
    }

    private boolean isCancelled(Attempt attempt) {
        Exchange answer = flow.request("direct:is-job-cancelled", exchange -> {
            exchange.setVariable("jobId", attempt.jobId);
            exchange.setVariable("attempt", attempt.number);
        });
        if (answer.getException() != null) {
            warn(attempt, answer.getException());
            return false;
        }
        return Boolean.TRUE.equals(answer.getMessage().getBody(Boolean.class));
    }

    private void run(Attempt attempt, Revision revision, Map<?, ?> job, Exchange stopped, String reason) {
        Exchange exchange = revision.newExchange(job);
        stopped.getVariables().forEach(exchange::setVariable);
        exchange.setVariable("stopReason", reason);
        exchange.getMessage().setHeader("jobId", attempt.jobId);
        exchange.getMessage().setHeader("attempt", attempt.number);
        try {
            Future<?> running = threads.submit(() -> attempt.logContext.run(() -> revision.cleanUp(exchange)));
            try {
                running.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                running.cancel(true);
            }
            if (exchange.getException() != null) {
                warn(attempt, exchange.getException());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            warn(attempt, new TimeoutException("it takes longer than " + LIMIT.toSeconds() + " s"));
        } catch (ExecutionException | RejectedExecutionException e) {
            warn(attempt, e);
        }
    }

    private static void warn(Attempt attempt, Exception fault) {
        attempt.logContext.run(() -> LOG.warn(
                "Job {} attempt {}: the pipeline could not clean up: {}",
                attempt.jobId,
                attempt.number,
                fault.toString()));
    }
}
