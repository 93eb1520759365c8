package com.aiprod.pipeline.api.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.springframework.http.HttpHeaders;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * A page of rows from a keyset query, which asks for one row more than the page shows.
 *
 * @param rows the rows to show, without the column that only the cursor needs
 * @param limit the most rows that the page shows
 * @param next the cursor of the next page; null on the last page
 */
public record KeysetPage(List<Map<String, Object>> rows, int limit, String next) {

    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 100;

    /** The column that a query adds for the cursor: ISO 8601 in UTC with the database's microseconds. */
    private static final String POSITION = "cursor_position";

    /**
     * What a request says about the page that it wants.
     *
     * @param limit the most rows to show
     * @param cursor where the page begins; empty for the first page
     */
    public record Request(int limit, Optional<Cursor> cursor) {

        /** Reads the parameters {@code limit} (1 to 100, default 20) and {@code cursor}. */
        public static Request of(QueryParameters parameters) {
            return new Request(parameters.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT), parameters.cursor());
        }

        /**
         * Sets the exchange variables that the query binds: {@code limit} and {@code rows} (one more than {@code limit}, to
         * see whether there is a next page; Integers), {@code cursorCreatedAt} (ISO 8601 with microseconds) and
         * {@code cursorId} (both absent on the first page).
         */
        public void bind(Exchange exchange) {
            exchange.setVariable("limit", limit);
            exchange.setVariable("rows", limit + 1);
            exchange.setVariable(
                    "cursorCreatedAt",
                    cursor.map(place -> place.createdAt().toString()).orElse(null));
            exchange.setVariable("cursorId", cursor.map(Cursor::id).orElse(null));
        }
    }

    /**
     * Builds a page from the rows in the body, in the query's order, each a Map with {@code cursor_position} and the ID.
     *
     * @param exchange has the variable {@code limit}
     * @param id the ID column, which orders rows of the same time
     */
    public static KeysetPage of(Exchange exchange, String id) {
        List<?> rows = exchange.getMessage().getBody(List.class);
        int limit = exchange.getVariable("limit", Integer.class);
        List<Map<String, Object>> shown = new ArrayList<>();
        for (Object row : rows.subList(0, Math.min(limit, rows.size()))) {
            // A copy, because the map from the query's component might not be modifiable.
            Map<String, Object> copy = new LinkedHashMap<>();
            ((Map<?, ?>) row).forEach((name, value) -> copy.put(name.toString(), value));
            shown.add(copy);
        }
        String next = rows.size() > limit ? cursor(shown.get(limit - 1), id).encode() : null;
        shown.forEach(row -> row.remove(POSITION));
        return new KeysetPage(shown, limit, next);
    }

    private static Cursor cursor(Map<String, Object> last, String id) {
        return new Cursor(
                Instant.parse(last.get(POSITION).toString()), last.get(id).toString());
    }

    /** The response: the rows under a name, then {@code limit}, {@code count} and {@code next_cursor}. */
    public Map<String, Object> document(String name) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(name, rows);
        document.put("limit", limit);
        document.put("count", rows.size());
        document.put("next_cursor", next);
        return document;
    }

    /**
     * Sets the header {@code Link} (RFC 8288) if there is a next page.
     *
     * @param path the path of the list
     * @param filters the list's filters as a request names them, and the exchange variables that hold them
     */
    public void link(Exchange exchange, String path, Map<String, String> filters) {
        if (next == null) {
            return;
        }
        UriComponentsBuilder address = UriComponentsBuilder.fromPath(path);
        filters.forEach((name, variable) -> address.queryParamIfPresent(
                name,
                Optional.ofNullable(exchange.getVariable(variable, String.class))
                        .map(value -> UriUtils.encode(value, StandardCharsets.UTF_8))));
        String uri = address.queryParam("limit", limit)
                .queryParam("cursor", next)
                .build()
                .toUriString();
        exchange.getMessage().setHeader(HttpHeaders.LINK, "<" + uri + ">; rel=\"next\"");
    }
}
