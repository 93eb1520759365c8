package com.aiprod.pipeline.messaging;

import com.aiprod.pipeline.job.Failure;
import com.aiprod.pipeline.job.PoisonMessageException;
import com.aiprod.pipeline.job.ResultMessage;
import com.aiprod.pipeline.telemetry.LogContext;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts the end of an attempt between a route's exchange and a ResultMessage. */
public final class ResultMessages {

    private static final Logger LOG = LoggerFactory.getLogger(ResultMessages.class);
    private static final String REFUSED_CODE = "RESULT_REFUSED";
    private static final Pattern REFUSALS = Pattern.compile("22|23|54");
    private static final Pattern ATTEMPT = Pattern.compile("[1-9][0-9]{0,8}");

    private final ObjectMapper json;
    private final DeadLetters deadLetters;

    ResultMessages(ObjectMapper json, DeadLetters deadLetters) {
        this.json = json;
        this.deadLetters = deadLetters;
    }

    /** The ResultMessage of a pipeline that returned {@code output}. */
    public ResultMessage success(
            @Body Map<String, Object> output,
            @Variable("jobId") UUID jobId,
            @Variable("executionTimeMs") long executionTimeMs) {
        return ResultMessage.success(jobId, output, executionTimeMs);
    }

    /** The ResultMessage of a pipeline that failed with the exception caught by the error handler. */
    public ResultMessage failure(
            Exchange exchange, @Variable("jobId") UUID jobId, @Variable("executionTimeMs") long executionTimeMs) {
        Failure failure = deadLetters.failure(exchange);
        if (Failure.UNFORESEEN_CODE.equals(failure.errorCode())) {
            Throwable caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
            LogContext.of(exchange).run(() -> LOG.error("Job {} failed with an unexpected error", jobId, caught));
        }
        return ResultMessage.failure(jobId, failure, executionTimeMs);
    }

    /**
     * Sets the variables that record-result.sql binds.
     *
     * @throws PoisonMessageException if there is no result, or the attribute {@code attempt} is invalid: such a message
     *     cannot end any job
     */
    public void unpack(Exchange exchange, @Body ResultMessage result, @Header("attempt") String attempt)
            throws JsonProcessingException {
        if (result == null) {
            throw new PoisonMessageException("The message body is the JSON value null");
        }
        if (attempt == null || !ATTEMPT.matcher(attempt).matches()) {
            throw new PoisonMessageException("The attribute attempt is missing or not a positive integer");
        }
        Failure failure = result.failure();
        boolean success = failure == null;
        exchange.setVariable("jobId", result.jobId().toString());
        exchange.setVariable("attempt", Integer.valueOf(attempt));
        exchange.setVariable("success", success);
        exchange.setVariable("output", success ? json.writeValueAsString(result.output()) : null);
        exchange.setVariable("errorCode", success ? null : failure.errorCode());
        exchange.setVariable("errorMessage", success ? null : failure.message());
        exchange.setVariable("retryable", !success && failure.retryable());
        exchange.setVariable("executionTimeMs", result.processingTimeMs());
    }

    /**
     * Handles a result that could not be recorded. If PostgreSQL rejects it permanently, sets the variables for a
     * failure in its place, because otherwise the job would never end. The SQLState decides: invalid data (22), a
     * violated constraint (23), or an exceeded limit (54).
     *
     * @throws PoisonMessageException if the failure itself was rejected
     * @throws Exception the caught exception, if it may pass
     */
    public void refuse(Exchange exchange) throws Exception {
        Exception caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        if (!isRefusal(caught)) {
            throw caught;
        }
        if (REFUSED_CODE.equals(exchange.getVariable("errorCode"))) {
            throw new PoisonMessageException("PostgreSQL rejected the result and the failure recorded in its place");
        }
        exchange.setVariable("success", false);
        exchange.setVariable("output", null);
        exchange.setVariable("errorCode", REFUSED_CODE);
        exchange.setVariable("errorMessage", "The pipeline's result could not be stored.");
        exchange.setVariable("retryable", false);
    }

    private static boolean isRefusal(Throwable caught) {
        for (Throwable cause = caught; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException failure && failure.getSQLState() != null) {
                return REFUSALS.matcher(failure.getSQLState()).lookingAt();
            }
        }
        return false;
    }
}
