package com.aiprod.pipeline.api.jobs;

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
import org.apache.camel.Exchange;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.util.DigestUtils;

/** Parses a request for a page of jobs, and builds the page: {@code bean: {ref: jobList, method: parse}}. */
@Component("jobList")
public class JobList {

    /** PostgreSQL reads the rows that an offset skips; with a cursor it does not. */
    static final int MAX_OFFSET = 10_000;

    /** In the order of a job's life cycle, which the error message keeps. */
    private static final List<String> STATUSES =
            Arrays.stream(JobState.values()).map(Enum::name).toList();

    private static final Map<String, String> FILTERS = filters();

    private static Map<String, String> filters() {
        Map<String, String> filters = new LinkedHashMap<>();
        filters.put("status", "status");
        filters.put("preset", "preset");
        return filters;
    }

    /**
     * Sets the exchange variables of a {@link KeysetPage.Request}, {@code offset} (Integer), {@code status} and
     * {@code preset} (absent if not given).
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
        KeysetPage.Request page = KeysetPage.Request.of(parameters);
        int offset = parameters.number("offset", 0, MAX_OFFSET, 0, "; use next_cursor to go further");
        if (parameters.has("cursor") && parameters.has("offset")) {
            parameters.fault("cursor", "cannot be combined with offset");
        }
        parameters.refuseFaults();
        exchange.setVariable("status", status);
        exchange.setVariable("preset", preset);
        exchange.setVariable("offset", offset);
        page.bind(exchange);
    }

    /**
     * Builds the page from the rows in the body: {@code jobs}, {@code limit}, {@code count}, {@code next_cursor} and
     * {@code offset}. Sets the header {@code ETag}, and {@code Link} if there is a next page. The body holds the
     * rows of {@code list-jobs.sql}, at most {@code rows} of them.
     */
    public void page(Exchange exchange) {
        KeysetPage page = KeysetPage.of(exchange, "job_id");
        page.link(exchange, "/pipeline/jobs", FILTERS);
        page.rows().forEach(JobList::nestProgress);
        Map<String, Object> answer = page.document("jobs");
        answer.put("offset", exchange.getVariable("offset", Integer.class));
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
}
