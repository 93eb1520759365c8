package com.aiprod.pipeline.api.http;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A page of rows from a keyset query, which asks for one row more than the page shows.
 *
 * @param rows the rows to show, without the column that only the cursor needs
 * @param next the cursor of the next page; null on the last page
 */
public record KeysetPage(List<Map<String, Object>> rows, String next) {

    /** The rows of a page if the request does not say how many. */
    public static final int DEFAULT_LIMIT = 20;

    /** The most rows that a request can ask for. */
    public static final int MAX_LIMIT = 100;

    /** The column that a query adds for the cursor: ISO 8601 in UTC with the database's microseconds. */
    private static final String POSITION = "cursor_position";

    /**
     * Builds a page from the rows of a query.
     *
     * @param rows the rows in the query's order, each a Map with {@code cursor_position} and the ID
     * @param limit the most rows to show
     * @param id the ID column, which orders rows of the same time
     */
    public static KeysetPage of(List<?> rows, int limit, String id) {
        List<Map<String, Object>> shown = new ArrayList<>();
        for (Object row : rows.subList(0, Math.min(limit, rows.size()))) {
            // A copy, because the map from the query's component might not be modifiable.
            Map<String, Object> copy = new LinkedHashMap<>();
            ((Map<?, ?>) row).forEach((name, value) -> copy.put(name.toString(), value));
            shown.add(copy);
        }
        String next = rows.size() > limit ? cursor(shown.get(limit - 1), id).encode() : null;
        shown.forEach(row -> row.remove(POSITION));
        return new KeysetPage(shown, next);
    }

    private static Cursor cursor(Map<String, Object> last, String id) {
        return new Cursor(
                Instant.parse(last.get(POSITION).toString()), last.get(id).toString());
    }
}
