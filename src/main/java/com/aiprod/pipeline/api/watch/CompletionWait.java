package com.aiprod.pipeline.api.watch;

import com.aiprod.pipeline.api.problem.ProblemException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.task.TaskDecorator;
import org.springframework.stereotype.Component;

/**
 * Holds an exchange, without a thread, until its job has ended or the wait is over:
 * {@code process: {ref: completionWait}}. Expects the variables {@code jobId}, {@code userId} and {@code waitSec} (a
 * preference, as in RFC 7240). If the limit of watchers is reached, it removes {@code waitSec} and continues at once.
 */
@Component("completionWait")
public class CompletionWait extends AsyncProcessorSupport {

    private final WatchedJobs watchedJobs;
    private final Executor executor;
    private final TaskDecorator logContext;

    CompletionWait(
            WatchedJobs watchedJobs,
            @Qualifier("applicationTaskExecutor") Executor executor,
            @Qualifier("logContextDecorator") TaskDecorator logContext) {
        this.watchedJobs = watchedJobs;
        this.executor = executor;
        this.logContext = logContext;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Wait wait = new Wait(
                exchange.getVariable("jobId", String.class),
                exchange.getVariable("userId", String.class),
                exchange,
                callback);
        try {
            watchedJobs.add(wait, null);
        } catch (ProblemException e) {
            exchange.removeVariable("waitSec");
            callback.done(true);
            return true;
        }
        wait.atMost(exchange.getVariable("waitSec", Integer.class));
        return false;
    }

    private final class Wait implements JobWatcher {

        private final String jobId;
        private final String userId;
        private final Exchange exchange;
        private final AsyncCallback callback;
        private final Runnable resume;
        private Future<?> limit;
        private boolean over;

        Wait(String jobId, String userId, Exchange exchange, AsyncCallback callback) {
            this.jobId = jobId;
            this.userId = userId;
            this.exchange = exchange;
            this.callback = callback;
            this.resume = logContext.decorate(() -> callback.done(false));
        }

        synchronized void atMost(int seconds) {
            if (!over) {
                limit = watchedJobs.clock().schedule(this::end, seconds, TimeUnit.SECONDS);
            }
        }

        @Override
        public String jobId() {
            return jobId;
        }

        @Override
        public String userId() {
            return userId;
        }

        @Override
        public void changed(JobView view) {
            if (view.ended() || view.gone()) {
                end();
            }
        }

        @Override
        public void end() {
            if (leave()) {
                try {
                    executor.execute(resume);
                } catch (RejectedExecutionException e) {
                    exchange.setException(e);
                    callback.done(false);
                }
            }
        }

        private synchronized boolean leave() {
            if (over) {
                return false;
            }
            over = true;
            if (limit != null) {
                limit.cancel(false);
            }
            watchedJobs.remove(this);
            return true;
        }
    }
}
