package com.aiprod.pipeline.api.admin;

import com.aiprod.pipeline.api.http.KeysetPage;
import com.aiprod.pipeline.api.http.QueryParameters;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Parses a request for a page of dead letters and builds it: {@code bean: {ref: deadLetterList, method: parse}}. */
@Component("deadLetterList")
public class DeadLetterList {

    static final String GROUP_RULE = "must be a group of /admin/dead-letter-groups";

    /** The exchange variables that the query binds. */
    static final Set<String> VARIABLES = Set.of("errorCode", "group", "limit", "rows", "cursorCreatedAt", "cursorId");

    private static final Pattern GROUP = Pattern.compile("[0-9a-f]{16}");

    private static final Map<String, String> FILTERS = filters();

    private static Map<String, String> filters() {
        Map<String, String> filters = new LinkedHashMap<>();
        filters.put("error_code", "errorCode");
        filters.put("group", "group");
        return filters;
    }

    /**
     * Sets the exchange variables of a {@link KeysetPage.Request}, {@code errorCode} and {@code group} (absent if not
     * given).
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
        KeysetPage.Request page = KeysetPage.Request.of(parameters);
        parameters.refuseFaults();
        exchange.setVariable("errorCode", errorCode);
        exchange.setVariable("group", group);
        page.bind(exchange);
    }

    /**
     * Builds the page from the rows in the body: {@code dead_letters}, {@code limit}, {@code count} and
     * {@code next_cursor}. Sets the header {@code Link} if there is a next page. The body holds the rows of
     * {@code list-dead-letters.sql}, at most {@code rows} of them.
     */
    public void page(Exchange exchange) {
        KeysetPage page = KeysetPage.of(exchange, "id");
        page.link(exchange, "/admin/dead-letters", FILTERS);
        exchange.getMessage().setBody(page.document("dead_letters"));
    }

    /** Whether a text has the form of a group's ID; only the database knows which groups exist. */
    static boolean isGroup(String text) {
        return GROUP.matcher(text).matches();
    }
}
