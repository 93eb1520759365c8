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
 * Lets few submissions of one user go to the database at a time. There they stand in line for the user's row in any
 * case, and each would hold a connection: {@code process: {ref: submissionQueue}} before the statement and
 * {@code bean: {ref: submissionQueue, method: leave}} after it; an exchange that does not come so far leaves when it is done.
 * Who waits holds neither a thread nor a connection. Expects the variable {@code userId}. Where the user has no limits
 * there is no such row, and no turn to wait for.
 */
@Component("submissionQueue")
public class SubmissionQueue extends AsyncProcessorSupport {

    /** Enough that the next is there when one has had the row. */
    static final int AT_A_TIME = 4;

    static final int WAITING_OF_A_USER = 100;
    /** Of all users, since each holds its request in memory. */
    static final int WAITING = 400;

    private static final int PATIENCE_SEC = 3;
    private static final int RETRY_AFTER_SEC = 1;
    private static final int UNAVAILABLE_RETRY_AFTER_SEC = 5;
    /** Property: whose turn the exchange has. */
    private static final String TURN_OF = SubmissionQueue.class.getName();

    private final boolean limited;
    private final Executor executor;
    private final TaskDecorator logContext;
    private final Map<String, Line> lines = new HashMap<>();
    private int waiting;

    SubmissionQueue(
            SubmissionLimits fairUse,
            @Qualifier("applicationTaskExecutor") Executor executor,
            @Qualifier("logContextDecorator") TaskDecorator logContext) {
        this.limited = fairUse.limits();
        this.executor = executor;
        this.logContext = logContext;
    }

    private static final class Line {
        private final Queue<CompletableFuture<Void>> waiters = new ArrayDeque<>();
        private int running;
    }

    /**
     * Goes on when it is the exchange's turn. Fails with a {@link TooManyRequestsException} where too many wait already,
     * and with a {@link ProblemException} (503) where the turn does not come in time.
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
        // Its failure goes to the exchange.
        var unused = turn.orTimeout(PATIENCE_SEC, TimeUnit.SECONDS)
                .whenCompleteAsync(
                        (had, timeout) -> {
                            if (timeout == null) {
                                taken(exchange, userId);
                            } else {
                                giveUp(userId, turn);
                                exchange.setException(new ProblemException(
                                        ProblemType.UNAVAILABLE,
                                        "Try again shortly.",
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
                    "Too many submissions of yours are under way; send the next when one of them is answered.",
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

            /** Not by the copy that wakes the dispatcher. */
            @Override
            public boolean allowHandover() {
                return false;
            }
        });
    }

    /** Gives the turn to the user's next submission, where the exchange has it still. */
    public void leave(Exchange exchange) {
        String userId = (String) exchange.removeProperty(TURN_OF);
        if (userId == null) {
            return;
        }
        CompletableFuture<Void> next = next(userId);
        // One that has given up does not take it.
        while (next != null && !next.complete(null)) {
            next = next(userId);
        }
    }

    /** Whose turn it is; null, and one less runs, if nobody waits. */
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

    /** Where the threads take nothing more, on this one: an exchange must go on. */
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
