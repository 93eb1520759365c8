package com.aiprod.pipeline.api.admin;

import com.aiprod.pipeline.api.http.KeysetPage;
import com.aiprod.pipeline.api.http.QueryParameters;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import com.aiprod.pipeline.job.JobState;
import com.aiprod.pipeline.job.Preset;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Parses a request for a page of all users' jobs, and builds the page: {@code bean: {ref: allJobsList, method: parse}}. */
@Component("allJobsList")
public class AllJobsList {

    private static final List<String> STATUSES =
            Arrays.stream(JobState.values()).map(Enum::name).toList();

    private static final Pattern PIPELINE = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final int MAX_USER_CHARACTERS = 255;

    /** The 48 bits of milliseconds in an ID end then (RFC 9562, section 5.7); a five-digit year is not ISO 8601. */
    private static final Instant END_OF_TIME = Instant.parse("9999-12-31T23:59:59Z");

    /** The exchange variables that the query binds. */
    static final Set<String> VARIABLES = Set.of(
            "ofUser",
            "status",
            "preset",
            "pipeline",
            "errorCode",
            "since",
            "sinceId",
            "until",
            "untilId",
            "limit",
            "rows",
            "cursorCreatedAt",
            "cursorId");

    /** The filters as the request names them, and the exchange variables that hold them. */
    private static final Map<String, String> FILTERS = filters();

    private static Map<String, String> filters() {
        Map<String, String> filters = new LinkedHashMap<>();
        filters.put("user", "ofUser");
        filters.put("status", "status");
        filters.put("preset", "preset");
        filters.put("pipeline", "pipeline");
        filters.put("error_code", "errorCode");
        filters.put("since", "since");
        filters.put("until", "until");
        return filters;
    }

    /**
     * Sets the exchange variables of a {@link KeysetPage.Request}, {@code ofUser}, {@code status}, {@code preset},
     * {@code pipeline}, {@code errorCode}, {@code since} and {@code until} (ISO 8601 in UTC, with the first ID of that
     * millisecond in {@code sinceId} and {@code untilId}); they are absent if not given.
     *
     * @throws InvalidRequestException with every error in the request
     */
    public void parse(Exchange exchange) {
        QueryParameters parameters = new QueryParameters(exchange);
        parameters.refuseAllBut(
                "user", "status", "preset", "pipeline", "error_code", "since", "until", "limit", "cursor");
        String user = parameters.text("user");
        if (user != null && !isPossibleUser(user)) {
            parameters.fault("user", "must be a user's ID of 1 to 255 characters");
        }
        String status = parameters.oneOf("status", STATUSES);
        String preset = parameters.text("preset");
        if (preset != null && !Preset.isName(preset)) {
            parameters.fault("preset", "must be a lower-case letter, then at most 63 of a-z, 0-9, and _");
        }
        String pipeline = parameters.text("pipeline");
        if (pipeline != null && !PIPELINE.matcher(pipeline).matches()) {
            parameters.fault("pipeline", "must be a lower-case letter, then at most 63 of a-z, 0-9, and -");
        }
        String errorCode = parameters.text("error_code");
        if (errorCode != null && !ErrorCode.isPossible(errorCode)) {
            parameters.fault("error_code", ErrorCode.RULE);
        } else if (errorCode != null && status != null && !status.equals(JobState.FAILED.name())) {
            parameters.fault("error_code", "cannot be combined with a status other than FAILED");
        }
        Instant since = time(parameters, "since");
        Instant until = time(parameters, "until");
        KeysetPage.Request page = KeysetPage.Request.of(parameters);
        parameters.refuseFaults();
        exchange.setVariable("ofUser", user);
        exchange.setVariable("status", errorCode == null ? status : JobState.FAILED.name());
        exchange.setVariable("preset", preset);
        exchange.setVariable("pipeline", pipeline);
        exchange.setVariable("errorCode", errorCode);
        exchange.setVariable("since", since == null ? null : since.toString());
        exchange.setVariable("sinceId", since == null ? null : firstId(since));
        exchange.setVariable("until", until == null ? null : until.toString());
        exchange.setVariable("untilId", until == null ? null : firstId(until));
        page.bind(exchange);
    }

    /**
     * Builds the page from the rows in the body: {@code jobs}, {@code limit}, {@code count} and {@code next_cursor}. Sets
     * the header {@code Link} if there is a next page. The body holds the rows of {@code list-all-jobs.sql}, at most
     * {@code rows} of them.
     */
    public void page(Exchange exchange) {
        KeysetPage page = KeysetPage.of(exchange, "job_id");
        page.link(exchange, "/admin/jobs", FILTERS);
        exchange.getMessage().setBody(page.document("jobs"));
    }

    private static boolean isPossibleUser(String text) {
        return !text.isEmpty()
                && text.codePointCount(0, text.length()) <= MAX_USER_CHARACTERS
                && text.codePoints().noneMatch(ErrorCode::isForbidden);
    }

    private static Instant time(QueryParameters parameters, String name) {
        String text = parameters.text(name);
        if (text == null) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (!time.isBefore(Instant.EPOCH) && time.isBefore(END_OF_TIME)) {
                return time;
            }
        } catch (DateTimeParseException e) {
            // Reported below, like a time that no job can have.
        }
        parameters.fault(name, "must be a time such as 2026-01-16T12:00:00Z");
        return null;
    }

    /** The lowest ID, a UUID of version 7, that a job of that time can have. */
    private static String firstId(Instant time) {
        String millis = "%012x".formatted(time.toEpochMilli());
        return millis.substring(0, 8) + "-" + millis.substring(8) + "-0000-0000-000000000000";
    }
}
