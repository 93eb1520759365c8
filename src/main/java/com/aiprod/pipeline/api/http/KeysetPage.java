package com.aiprod.pipeline.api.http;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A page of rows that were asked for by keyset, one more than are shown.
 *
 * @param rows those to show, without what only the cursor needs
 * @param next the cursor of the page that follows; null on the last one
 */
public record KeysetPage(List<Map<String, Object>> rows, String next) {

    /** The column that a query adds for the cursor: ISO 8601 in UTC with the database's microseconds. */
    private static final String POSITION = "cursor_position";

    /**
     * Cuts the page off.
     *
     * @param rows the query's, in its order; each a Map with {@code cursor_position} and the id
     * @param limit how many are shown at the most
     * @param id the column that decides between rows of the same time
     */
    public static KeysetPage of(List<?> rows, int limit, String id) {
        List<Map<String, Object>> shown = new ArrayList<>();
        for (Object row : rows.subList(0, Math.min(limit, rows.size()))) {
            // A copy, so that it can be changed whatever kind of map the query's component gave.
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
