package com.aiprod.pipeline.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Tells a submitter of the limits that submit-job.sql keeps: {@code bean: {ref: fairUse, method: tell}}. */
@Component("fairUse")
public class FairUse {

    static final String RATE_LIMIT = "RateLimit";
    static final String RATE_LIMIT_POLICY = "RateLimit-Policy";

    private final int maxActiveJobs;
    private final int submitRate;
    private final String policy;

    /**
     * The limits of each user; 0 switches one off.
     *
     * @param maxActiveJobs jobs that have not ended
     * @param submitRate submissions in a minute
     * @throws IllegalArgumentException if one is negative
     */
    FairUse(@Value("${aiprod.max-active-jobs}") int maxActiveJobs, @Value("${aiprod.submit-rate}") int submitRate) {
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

    /**
     * Sets {@code RateLimit} and {@code RateLimit-Policy} (draft-ietf-httpapi-ratelimit-headers-10) from the row of
     * submit-job.sql that is the body.
     *
     * @throws TooManyRequestsException if a limit is reached
     */
    public void tell(Exchange exchange) {
        Message message = exchange.getMessage();
        Map<?, ?> row = message.getBody(Map.class);
        List<String> left = new ArrayList<>();
        if (row.get("submissions_left") instanceof Integer submissions) {
            left.add("\"submit\";r=" + submissions + ";t=" + row.get("reset_sec"));
        }
        if (row.get("active_left") instanceof Integer active) {
            left.add("\"active\";r=" + active);
        }
        if (!left.isEmpty()) {
            message.setHeader(RATE_LIMIT, String.join(", ", left));
            message.setHeader(RATE_LIMIT_POLICY, policy);
        }
        if ("too-fast".equals(row.get("outcome"))) {
            throw new TooManyRequestsException(
                    "At most " + submitRate + " jobs may be submitted in a minute.", (Integer) row.get("reset_sec"));
        }
        if ("too-many-active".equals(row.get("outcome"))) {
            throw new TooManyRequestsException("At most " + maxActiveJobs
                    + " jobs of yours may be on their way; wait until one ends, or cancel it.");
        }
    }
}
