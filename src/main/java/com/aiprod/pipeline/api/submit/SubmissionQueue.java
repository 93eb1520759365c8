package com.aiprod.pipeline.api.submit;

import com.aiprod.pipeline.api.problem.ProblemException;
import com.aiprod.pipeline.api.problem.ProblemType;
import com.aiprod.pipeline.api.problem.TooManyRequestsException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.SynchronizationAdapter;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.task.TaskDecorator;
import org.springframework.stereotype.Component;

/**
 * Limits how many submissions of one user go to the database at a time: {@code process: {ref: submissionQueue}} before
 * the statement and {@code bean: {ref: submissionQueue, method: leave}} after it. In the database they would wait for
 * the user's row anyway, and each would hold a connection. An exchange that does not reach {@code leave} leaves when it
 * is done. A waiting exchange holds neither a thread nor a connection. Expects the variable {@code userId}. If
 * submissions are not limited there is no such row, and nothing waits.
 */
@Component("submissionQueue")
public class SubmissionQueue extends AsyncProcessorSupport {

    /** Enough that another submission is ready when one releases the row. */
    static final int AT_A_TIME = 4;

    static final int WAITING_OF_A_USER = 100;
    /** For all users together, because each waiting submission holds its request in memory. */
    static final int WAITING = 400;

    private static final int MAX_WAIT_SEC = 3;
    private static final int RETRY_AFTER_SEC = 1;
    private static final int UNAVAILABLE_RETRY_AFTER_SEC = 5;
    /** Exchange property: the user whose turn the exchange has. */
    private static final String TURN_OF = SubmissionQueue.class.getName();

    private final boolean limited;
    private final Executor executor;
    private final TaskDecorator logContext;
    private final Map<String, Line> lines = new HashMap<>();
    private int waiting;

    SubmissionQueue(
            SubmissionLimits limits,
            @Qualifier("applicationTaskExecutor") Executor executor,
            @Qualifier("logContextDecorator") TaskDecorator logContext) {
        this.limited = limits.limits();
        this.executor = executor;
        this.logContext = logContext;
    }

    private static final class Line {
        private final Queue<CompletableFuture<Void>> waiters = new ArrayDeque<>();
        private int running;
    }

    /**
     * Continues when it is the exchange's turn. Sets a {@link TooManyRequestsException} if too many already wait, and a
     * {@link ProblemException} (503) if the wait times out.
     */
    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        if (!limited) {
            callback.done(true);
            return true;
        }
        String userId = exchange.getVariable("userId", String.class);
        CompletableFuture<Void> turn;
        try {
            turn = turn(userId);
        } catch (TooManyRequestsException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
        if (turn.isDone()) {
            taken(exchange, userId);
            callback.done(true);
            return true;
        }
        Runnable resume = logContext.decorate(() -> callback.done(false));
        // The exchange carries its failure.
        var unused = turn.orTimeout(MAX_WAIT_SEC, TimeUnit.SECONDS)
                .whenCompleteAsync(
                        (had, timeout) -> {
                            if (timeout == null) {
                                taken(exchange, userId);
                            } else {
                                giveUp(userId, turn);
                                exchange.setException(new ProblemException(
                                        ProblemType.UNAVAILABLE,
                                        "Try again later.",
                                        List.of(),
                                        UNAVAILABLE_RETRY_AFTER_SEC));
                            }
                            resume.run();
                        },
                        this::execute);
        return false;
    }

    private synchronized CompletableFuture<Void> turn(String userId) {
        Line line = lines.computeIfAbsent(userId, user -> new Line());
        if (line.running < AT_A_TIME) {
            line.running++;
            return CompletableFuture.completedFuture(null);
        }
        if (line.waiters.size() >= WAITING_OF_A_USER || waiting >= WAITING) {
            throw new TooManyRequestsException(
                    "Too many of your submissions are in progress. Wait for a response before you send another.",
                    RETRY_AFTER_SEC);
        }
        CompletableFuture<Void> turn = new CompletableFuture<>();
        line.waiters.add(turn);
        waiting++;
        return turn;
    }

    private void taken(Exchange exchange, String userId) {
        exchange.setProperty(TURN_OF, userId);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                leave(done);
            }

            /** The copy of the exchange that wakes the dispatcher must not release the turn. */
            @Override
            public boolean allowHandover() {
                return false;
            }
        });
    }

    /** Passes the turn to the user's next submission, if the exchange still has it. */
    public void leave(Exchange exchange) {
        String userId = (String) exchange.removeProperty(TURN_OF);
        if (userId == null) {
            return;
        }
        CompletableFuture<Void> next = next(userId);
        // A submission that has timed out does not take the turn.
        while (next != null && !next.complete(null)) {
            next = next(userId);
        }
    }

    /** The next in the user's queue; null if none waits, which frees the turn. */
    private synchronized CompletableFuture<Void> next(String userId) {
        Line line = lines.get(userId);
        CompletableFuture<Void> next = line.waiters.poll();
        if (next != null) {
            waiting--;
        } else if (--line.running == 0) {
            lines.remove(userId);
        }
        return next;
    }

    private synchronized void giveUp(String userId, CompletableFuture<Void> turn) {
        Line line = lines.get(userId);
        if (line != null && line.waiters.removeIf(waiter -> waiter == turn)) {
            waiting--;
        }
    }

    /** Falls back to this thread if the executor is shut down: an exchange must continue. */
    private void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    synchronized int waiting() {
        return waiting;
    }
}
