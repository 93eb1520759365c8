package com.aiprod.pipeline.api.submit;

import com.aiprod.pipeline.api.http.ResponseHeaders;
import com.aiprod.pipeline.api.problem.TooManyRequestsException;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Reports the limits that submit-job.sql enforces: {@code bean: {ref: submissionLimits, method: describe}} after the
 * statement. {@code bean: {ref: submissionLimits, method: refuseKnownExcess}} before the statement rejects users who
 * are known to exceed their rate, without a query, until the minute is over.
 */
@Component("submissionLimits")
public class SubmissionLimits {

    private static final int MAX_USERS = 10_000;

    private final int maxActiveJobs;
    private final int submitRate;
    private final String policy;
    /** By user, the {@link System#nanoTime()} until which every submission exceeds the rate. */
    private final Cache<String, Long> tooFast = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_USERS)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    /**
     * The limits per user; 0 turns a limit off.
     *
     * @param maxActiveJobs jobs that have not ended
     * @param submitRate submissions per minute
     * @throws IllegalArgumentException if a limit is negative
     */
    SubmissionLimits(
            @Value("${aiprod.max-active-jobs}") int maxActiveJobs, @Value("${aiprod.submit-rate}") int submitRate) {
        if (maxActiveJobs < 0 || submitRate < 0) {
            throw new IllegalArgumentException(
                    "aiprod.max-active-jobs and aiprod.submit-rate must be 0 or more, but are " + maxActiveJobs
                            + " and " + submitRate);
        }
        this.maxActiveJobs = maxActiveJobs;
        this.submitRate = submitRate;
        List<String> policies = new ArrayList<>();
        if (submitRate > 0) {
            policies.add("\"submit\";q=" + submitRate + ";w=60");
        }
        if (maxActiveJobs > 0) {
            policies.add("\"active\";q=" + maxActiveJobs);
        }
        this.policy = String.join(", ", policies);
    }

    boolean limits() {
        return maxActiveJobs > 0 || submitRate > 0;
    }

    /**
     * Rejects a user who is known to exceed the rate, without a query. Lets a submission with an idempotency key
     * through, because it might repeat one that was accepted.
     *
     * @throws TooManyRequestsException if the database reported less than a minute ago that the user has used up the
     *     minute's submissions, and the minute is not over
     */
    public void refuseKnownExcess(Exchange exchange) {
        Long until = tooFast.getIfPresent(exchange.getVariable("userId", String.class));
        if (until == null || exchange.getVariable("idempotencyKey") != null) {
            return;
        }
        long left = until - System.nanoTime();
        if (left > 0) {
            // Adds back the second that remember() subtracts from the database's value, and rounds up.
            int resetSec = (int) TimeUnit.NANOSECONDS.toSeconds(left) + 2;
            setHeaders(exchange.getMessage(), 0, null, resetSec);
            throw tooFast(resetSec);
        }
    }

    /**
     * Sets {@code RateLimit} and {@code RateLimit-Policy} (draft-ietf-httpapi-ratelimit-headers-10) from the body, the
     * row of submit-job.sql.
     *
     * @throws TooManyRequestsException if a limit is reached
     */
    public void describe(Exchange exchange) {
        Message message = exchange.getMessage();
        Map<?, ?> row = message.getBody(Map.class);
        Integer resetSec = (Integer) row.get("reset_sec");
        setHeaders(message, (Integer) row.get("submissions_left"), (Integer) row.get("active_left"), resetSec);
        if ("too-fast".equals(row.get("outcome"))) {
            remember(exchange.getVariable("userId", String.class), resetSec);
            throw tooFast(resetSec);
        }
        if ("too-many-active".equals(row.get("outcome"))) {
            throw new TooManyRequestsException(
                    "At most " + maxActiveJobs + " of your jobs can be active. Wait until one ends, or cancel one.");
        }
    }

    /** Ends a second early, so that no submission is rejected that the database would accept. */
    private void remember(String userId, int resetSec) {
        tooFast.put(userId, System.nanoTime() + TimeUnit.SECONDS.toNanos(resetSec - 1L));
    }

    private void setHeaders(Message message, Integer submissionsLeft, Integer activeLeft, Integer resetSec) {
        List<String> left = new ArrayList<>();
        if (submissionsLeft != null) {
            left.add("\"submit\";r=" + submissionsLeft + ";t=" + resetSec);
        }
        if (activeLeft != null) {
            left.add("\"active\";r=" + activeLeft);
        }
        if (!left.isEmpty()) {
            message.setHeader(ResponseHeaders.RATE_LIMIT, String.join(", ", left));
            message.setHeader(ResponseHeaders.RATE_LIMIT_POLICY, policy);
        }
    }

    private TooManyRequestsException tooFast(int resetSec) {
        return new TooManyRequestsException("At most " + submitRate + " jobs can be submitted per minute.", resetSec);
    }
}
