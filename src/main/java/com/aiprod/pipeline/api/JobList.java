package com.aiprod.pipeline.api;

import com.aiprod.pipeline.pipeline.Preset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;

/** Reads what page of jobs a client wants, and makes the page: {@code bean: {ref: jobList, method: parse}}. */
@Component("jobList")
public class JobList {

    static final int DEFAULT_LIMIT = 20;
    static final int MAX_LIMIT = 100;

    /** In the order of a job's life, for the message to the caller. */
    private static final List<String> STATUSES = List.of("QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED");

    /** The column that the query adds for the cursor, and that no client sees. */
    private static final String POSITION = "cursor_position";

    private static final Pattern WHOLE_NUMBER = Pattern.compile("[0-9]{1,9}");

    /**
     * Sets the exchange variables {@code limit}, {@code rows} (one more than {@code limit}, to see whether a page
     * follows) and {@code offset} (Integers), {@code status} and {@code preset} (absent if not asked for),
     * {@code cursorCreatedAt} (ISO 8601 with microseconds) and {@code cursorJobId} (absent without a cursor).
     *
     * @throws InvalidRequestException with every fault
     */
    public void parse(Exchange exchange) {
        List<FieldFault> faults = new ArrayList<>();
        String status = oneOf(exchange, "status", STATUSES, faults);
        String preset = oneOf(
                exchange,
                "preset",
                Arrays.stream(Preset.values()).map(Preset::id).toList(),
                faults);
        int limit = number(exchange, "limit", 1, MAX_LIMIT, DEFAULT_LIMIT, faults);
        int offset = number(exchange, "offset", 0, Integer.MAX_VALUE, 0, faults);
        Optional<Cursor> cursor = cursor(exchange, faults);
        if (!faults.isEmpty()) {
            throw new InvalidRequestException(faults);
        }
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
     * Makes the page of the rows in the body: {@code jobs}, {@code limit}, {@code offset}, {@code count} and
     * {@code next_cursor}; where more follow, sets the header {@code Link} too. The rows are the query's, at most
     * {@code rows} of them, in its order; each has {@code job_id} and {@code cursor_position}, the latter being its
     * creation time as ISO 8601 in UTC with microseconds, {@code 2026-01-16T12:00:00.123456Z}.
     */
    public void page(Exchange exchange) {
        List<Map<String, Object>> rows = rows(exchange.getMessage().getBody(List.class));
        int limit = exchange.getVariable("limit", Integer.class);
        List<Map<String, Object>> shown = rows.subList(0, Math.min(limit, rows.size()));
        String next = null;
        if (rows.size() > limit) {
            Map<String, Object> last = shown.get(limit - 1);
            next = new Cursor(
                            Instant.parse(last.get(POSITION).toString()),
                            last.get("job_id").toString())
                    .encode();
            exchange.getMessage().setHeader("Link", "<" + nextPage(exchange, limit, next) + ">; rel=\"next\"");
        }
        shown.forEach(row -> row.remove(POSITION));
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("jobs", shown);
        page.put("limit", limit);
        page.put("offset", exchange.getVariable("offset", Integer.class));
        page.put("count", shown.size());
        page.put("next_cursor", next);
        exchange.getMessage().setBody(page);
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

    /** Copies, so that the page can be changed whatever kind of map the query's component gave. */
    private static List<Map<String, Object>> rows(List<?> body) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Object row : body) {
            Map<String, Object> copy = new LinkedHashMap<>();
            ((Map<?, ?>) row).forEach((name, value) -> copy.put(name.toString(), value));
            rows.add(copy);
        }
        return rows;
    }

    private static Optional<Cursor> cursor(Exchange exchange, List<FieldFault> faults) {
        String text = single(exchange, "cursor", faults);
        if (text == null) {
            return Optional.empty();
        }
        if (!RequestHeaders.values(exchange, "offset").isEmpty()) {
            faults.add(new FieldFault("cursor", "cannot be combined with offset"));
        }
        Optional<Cursor> cursor = Cursor.decode(text);
        if (cursor.isEmpty()) {
            faults.add(new FieldFault("cursor", "is not a next_cursor of this list"));
        }
        return cursor;
    }

    private static String oneOf(Exchange exchange, String name, List<String> allowed, List<FieldFault> faults) {
        String value = single(exchange, name, faults);
        if (value != null && !allowed.contains(value)) {
            faults.add(new FieldFault(name, "must be one of " + String.join(", ", allowed)));
        }
        return value;
    }

    private static int number(
            Exchange exchange, String name, int min, int max, int otherwise, List<FieldFault> faults) {
        String value = single(exchange, name, faults);
        if (value == null) {
            return otherwise;
        }
        if (WHOLE_NUMBER.matcher(value).matches()) {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        faults.add(new FieldFault(
                name,
                max == Integer.MAX_VALUE
                        ? "must be a whole number from " + min
                        : "must be a whole number from " + min + " to " + max));
        return otherwise;
    }

    private static String single(Exchange exchange, String name, List<FieldFault> faults) {
        List<String> values = RequestHeaders.values(exchange, name);
        if (values.size() > 1) {
            faults.add(new FieldFault(name, "is given more than once"));
            return null;
        }
        return values.isEmpty() ? null : values.get(0);
    }
}
