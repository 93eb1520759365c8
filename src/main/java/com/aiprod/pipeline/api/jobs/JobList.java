package com.aiprod.pipeline.api.jobs;

import com.aiprod.pipeline.api.http.Cursor;
import com.aiprod.pipeline.api.http.KeysetPage;
import com.aiprod.pipeline.api.http.QueryParameters;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import com.aiprod.pipeline.job.JobState;
import com.aiprod.pipeline.job.Preset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.util.DigestUtils;
import org.springframework.web.util.UriComponentsBuilder;

/** Parses a request for a page of jobs, and builds the page: {@code bean: {ref: jobList, method: parse}}. */
@Component("jobList")
public class JobList {

    /** PostgreSQL reads the rows that an offset skips; with a cursor it does not. */
    static final int MAX_OFFSET = 10_000;

    /** In the order of a job's life cycle, which the error message keeps. */
    private static final List<String> STATUSES =
            Arrays.stream(JobState.values()).map(Enum::name).toList();

    /**
     * Sets the exchange variables {@code limit}, {@code rows} (one more than {@code limit}, to see whether there is
     * a next page) and {@code offset} (Integers), {@code status} and {@code preset} (absent if not given),
     * {@code cursorCreatedAt} (ISO 8601 with microseconds) and {@code cursorJobId} (absent without a cursor).
     *
     * @throws InvalidRequestException with every error in the request
     */
    public void parse(Exchange exchange) {
        QueryParameters parameters = new QueryParameters(exchange);
        parameters.refuseAllBut("status", "preset", "limit", "offset", "cursor");
        String status = parameters.oneOf("status", STATUSES);
        String preset = parameters.text("preset");
        // Not only what is on offer: the jobs of a preset that is gone are still there.
        if (preset != null && !Preset.isName(preset)) {
            parameters.fault("preset", "must be a lower-case letter, then at most 63 of a-z, 0-9, and _");
        }
        int limit = parameters.number("limit", 1, KeysetPage.MAX_LIMIT, KeysetPage.DEFAULT_LIMIT);
        int offset = parameters.number("offset", 0, MAX_OFFSET, 0, "; use next_cursor to go further");
        if (parameters.has("cursor") && parameters.has("offset")) {
            parameters.fault("cursor", "cannot be combined with offset");
        }
        Optional<Cursor> cursor = parameters.cursor();
        parameters.refuseFaults();
        exchange.setVariable("status", status);
        exchange.setVariable("preset", preset);
        exchange.setVariable("limit", limit);
        exchange.setVariable("rows", limit + 1);
        exchange.setVariable("offset", offset);
        exchange.setVariable(
                "cursorCreatedAt",
                cursor.map(place -> place.createdAt().toString()).orElse(null));
        exchange.setVariable("cursorJobId", cursor.map(Cursor::id).orElse(null));
    }

    /**
     * Builds the page from the rows in the body: {@code jobs}, {@code limit}, {@code offset}, {@code count} and
     * {@code next_cursor}. Sets the header {@code ETag}, and {@code Link} if there is a next page. The body holds the
     * rows of {@code list-jobs.sql}, at most {@code rows} of them.
     */
    public void page(Exchange exchange) {
        int limit = exchange.getVariable("limit", Integer.class);
        KeysetPage page = KeysetPage.of(exchange.getMessage().getBody(List.class), limit, "job_id");
        if (page.next() != null) {
            exchange.getMessage().setHeader("Link", "<" + nextPage(exchange, limit, page.next()) + ">; rel=\"next\"");
        }
        page.rows().forEach(JobList::nestProgress);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("jobs", page.rows());
        answer.put("limit", limit);
        answer.put("offset", exchange.getVariable("offset", Integer.class));
        answer.put("count", page.rows().size());
        answer.put("next_cursor", page.next());
        exchange.getMessage()
                .setHeader(
                        HttpHeaders.ETAG,
                        '"' + DigestUtils.md5DigestAsHex(answer.toString().getBytes(StandardCharsets.UTF_8)) + '"');
        exchange.getMessage().setBody(answer);
    }

    /** As in a whole job. */
    private static void nestProgress(Map<String, Object> row) {
        Object stage = row.remove("progress_stage");
        Object percent = row.remove("progress_percent");
        row.put("progress", stage == null ? null : Map.of("stage", stage, "percent", percent));
    }

    private static String nextPage(Exchange exchange, int limit, String cursor) {
        return UriComponentsBuilder.fromPath("/pipeline/jobs")
                .queryParamIfPresent("status", Optional.ofNullable(exchange.getVariable("status", String.class)))
                .queryParamIfPresent("preset", Optional.ofNullable(exchange.getVariable("preset", String.class)))
                .queryParam("limit", limit)
                .queryParam("cursor", cursor)
                .build()
                .toUriString();
    }
}
