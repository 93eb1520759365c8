package com.aiprod.pipeline.api.admin;

import com.aiprod.pipeline.api.http.Cursor;
import com.aiprod.pipeline.api.http.KeysetPage;
import com.aiprod.pipeline.api.http.QueryParameters;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/** Parses a request for a page of dead letters and builds it: {@code bean: {ref: deadLetterList, method: parse}}. */
@Component("deadLetterList")
public class DeadLetterList {

    static final String GROUP_RULE = "must be a group of /admin/dead-letter-groups";

    private static final Pattern GROUP = Pattern.compile("[0-9a-f]{16}");

    /**
     * Sets the exchange variables {@code limit} and {@code rows} (one more than {@code limit}, to see whether there is
     * a next page; Integers), {@code errorCode} and {@code group} (absent if not given), {@code cursorCreatedAt} (ISO
     * 8601 with microseconds) and {@code cursorId} (absent without a cursor).
     *
     * @throws InvalidRequestException with every error in the request
     */
    public void parse(Exchange exchange) {
        QueryParameters parameters = new QueryParameters(exchange);
        parameters.refuseAllBut("error_code", "group", "limit", "cursor");
        String errorCode = parameters.text("error_code");
        if (errorCode != null && !ErrorCode.isPossible(errorCode)) {
            parameters.fault("error_code", ErrorCode.RULE);
        }
        String group = parameters.text("group");
        if (group != null && !isGroup(group)) {
            parameters.fault("group", GROUP_RULE);
        }
        int limit = parameters.number("limit", 1, KeysetPage.MAX_LIMIT, KeysetPage.DEFAULT_LIMIT);
        Optional<Cursor> cursor = parameters.cursor();
        parameters.refuseFaults();
        exchange.setVariable("errorCode", errorCode);
        exchange.setVariable("group", group);
        exchange.setVariable("limit", limit);
        exchange.setVariable("rows", limit + 1);
        exchange.setVariable(
                "cursorCreatedAt",
                cursor.map(place -> place.createdAt().toString()).orElse(null));
        exchange.setVariable("cursorId", cursor.map(Cursor::id).orElse(null));
    }

    /**
     * Builds the page from the rows in the body: {@code dead_letters}, {@code limit}, {@code count} and
     * {@code next_cursor}. Sets the header {@code Link} if there is a next page. The body holds the rows of
     * {@code list-dead-letters.sql}, at most {@code rows} of them.
     */
    public void page(Exchange exchange) {
        int limit = exchange.getVariable("limit", Integer.class);
        KeysetPage page = KeysetPage.of(exchange.getMessage().getBody(List.class), limit, "id");
        if (page.next() != null) {
            exchange.getMessage().setHeader("Link", "<" + nextPage(exchange, limit, page.next()) + ">; rel=\"next\"");
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("dead_letters", page.rows());
        answer.put("limit", limit);
        answer.put("count", page.rows().size());
        answer.put("next_cursor", page.next());
        exchange.getMessage().setBody(answer);
    }

    /** Whether a text has the form of a group's ID; only the database knows which groups exist. */
    static boolean isGroup(String text) {
        return GROUP.matcher(text).matches();
    }

    private static String nextPage(Exchange exchange, int limit, String cursor) {
        Optional<String> errorCode = Optional.ofNullable(exchange.getVariable("errorCode", String.class));
        return UriComponentsBuilder.fromPath("/admin/dead-letters")
                .queryParamIfPresent("error_code", errorCode.map(code -> UriUtils.encode(code, StandardCharsets.UTF_8)))
                .queryParamIfPresent("group", Optional.ofNullable(exchange.getVariable("group", String.class)))
                .queryParam("limit", limit)
                .queryParam("cursor", cursor)
                .build()
                .toUriString();
    }
}
