package com.aiprod.pipeline.api.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.problem.ProblemException;
import com.aiprod.pipeline.api.problem.ProblemType;
import com.aiprod.pipeline.api.problem.TooManyRequestsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.UnitOfWorkHelper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Which submissions go to the database, wait, or are rejected. */
class SubmissionQueueTest {

    private static final CamelContext CAMEL = new DefaultCamelContext();

    private final SubmissionQueue turns = turns(100, Runnable::run);

    /** A submission and its turn, which completes when the submission may continue. */
    private record Submission(Exchange exchange, CompletableFuture<Void> turn) {

        boolean mayGo() {
            return turn.isDone() && exchange.getException() == null;
        }
    }

    @Test
    void limitsTheSubmissionsOfAUserInOrderOfArrival() {
        List<Submission> ann = arrive("ann", SubmissionQueue.AT_A_TIME + 2);
        assertThat(ann.subList(0, SubmissionQueue.AT_A_TIME)).allMatch(Submission::mayGo);
        assertThat(ann.get(SubmissionQueue.AT_A_TIME).mayGo()).isFalse();
        assertThat(arrive("bob", 1)).allMatch(Submission::mayGo);

        turns.leave(ann.get(2).exchange());
        assertThat(ann.get(SubmissionQueue.AT_A_TIME).mayGo()).isTrue();
        assertThat(ann.get(SubmissionQueue.AT_A_TIME + 1).mayGo()).isFalse();
        ann.subList(0, SubmissionQueue.AT_A_TIME + 1).forEach(it -> turns.leave(it.exchange()));
        assertThat(ann).allMatch(Submission::mayGo);
        assertThat(turns.waiting()).isZero();
        // All but one have left the queue.
        assertThat(arrive("ann", SubmissionQueue.AT_A_TIME).stream().filter(Submission::mayGo))
                .hasSize(SubmissionQueue.AT_A_TIME - 1);
    }

    @Test
    void rejectsASubmissionAtOnceWhenTooManyWait() {
        List<Submission> ann = arrive("ann", SubmissionQueue.AT_A_TIME + SubmissionQueue.WAITING_OF_A_USER + 1);
        assertThat(turns.waiting()).isEqualTo(SubmissionQueue.WAITING_OF_A_USER);
        assertThat(ann.get(ann.size() - 1).exchange().getException())
                .isInstanceOfSatisfying(
                        TooManyRequestsException.class,
                        refusal -> assertThat(refusal.retryAfterSec()).isOne());
        for (int user = 0; turns.waiting() < SubmissionQueue.WAITING; user++) {
            arrive("user-" + user, SubmissionQueue.AT_A_TIME + SubmissionQueue.WAITING_OF_A_USER);
        }
        List<Submission> zoe = arrive("zoe", SubmissionQueue.AT_A_TIME + 1);
        assertThat(zoe.subList(0, SubmissionQueue.AT_A_TIME)).allMatch(Submission::mayGo);
        assertThat(zoe.get(SubmissionQueue.AT_A_TIME).exchange().getException())
                .isInstanceOf(TooManyRequestsException.class);
    }

    @Test
    void timesOutAWaitingSubmissionWithoutBlockingOthers() {
        List<Submission> ann = arrive("ann", SubmissionQueue.AT_A_TIME + 1);
        Submission last = ann.get(SubmissionQueue.AT_A_TIME);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(last.turn()::isDone);
        assertThat(last.exchange().getException())
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refusal -> assertThat(refusal.type()).isEqualTo(ProblemType.UNAVAILABLE));
        assertThat(turns.waiting()).isZero();
        ann.subList(0, SubmissionQueue.AT_A_TIME).forEach(it -> turns.leave(it.exchange()));
        assertThat(arrive("ann", SubmissionQueue.AT_A_TIME)).allMatch(Submission::mayGo);
    }

    @Test
    void aFailedExchangeLeavesItsTurnOnce() {
        List<Submission> ann = arrive("ann", SubmissionQueue.AT_A_TIME + 2);
        Exchange failed = ann.get(0).exchange();
        UnitOfWorkHelper.doneSynchronizations(
                failed, failed.getExchangeExtension().handoverCompletions());
        assertThat(ann.get(SubmissionQueue.AT_A_TIME).mayGo()).isTrue();
        turns.leave(failed);
        assertThat(ann.get(SubmissionQueue.AT_A_TIME + 1).mayGo()).isFalse();
    }

    @Test
    void continuesWhenTheExecutorIsClosed() {
        SubmissionQueue closing = turns(100, task -> {
            throw new RejectedExecutionException("closing");
        });
        List<Submission> ann = arrive(closing, "ann", SubmissionQueue.AT_A_TIME + 1);
        closing.leave(ann.get(0).exchange());
        assertThat(ann).allMatch(Submission::mayGo);
    }

    @Test
    void nothingWaitsWithoutLimits() {
        SubmissionQueue unlimited = turns(0, Runnable::run);
        List<Submission> ann = arrive(unlimited, "ann", 50);
        assertThat(ann).allMatch(Submission::mayGo);
        ann.forEach(it -> unlimited.leave(it.exchange()));
    }

    private List<Submission> arrive(String userId, int submissions) {
        return arrive(turns, userId, submissions);
    }

    private static List<Submission> arrive(SubmissionQueue turns, String userId, int submissions) {
        List<Submission> come = new ArrayList<>();
        for (int i = 0; i < submissions; i++) {
            Submission submission = new Submission(new DefaultExchange(CAMEL), new CompletableFuture<>());
            submission.exchange().setVariable("userId", userId);
            turns.process(submission.exchange(), doneSync -> submission.turn().complete(null));
            come.add(submission);
        }
        return come;
    }

    private static SubmissionQueue turns(int maxActiveJobs, Executor executor) {
        return new SubmissionQueue(new SubmissionLimits(maxActiveJobs, 0), executor, task -> task);
    }
}
