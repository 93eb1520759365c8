package com.aiprod.pipeline.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.aiprod.pipeline.api.problem.FieldFault;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllJobsListTest {

    private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

    private final AllJobsList list = new AllJobsList();

    @Test
    void asksForTheNewestTwentyByDefault() {
        Exchange exchange = exchange(Map.of());
        list.parse(exchange);
        assertThat(exchange.getVariables()).containsOnly(Map.entry("limit", 20), Map.entry("rows", 21));
    }

    @Test
    void looksForFailedJobsByErrorCode() {
        Exchange exchange = exchange(Map.of("error_code", "MODEL_BUSY"));
        list.parse(exchange);
        assertThat(exchange.getVariable("status")).isEqualTo("FAILED");
    }

    @Test
    void readsTimesInAnyZone() {
        Exchange exchange = exchange(Map.of("since", "2026-01-16T13:00:00+01:00", "until", "2026-01-16T12:00:00.001Z"));
        list.parse(exchange);
        assertThat(exchange.getVariable("since")).isEqualTo("2026-01-16T12:00:00Z");
        assertThat(exchange.getVariable("sinceId")).isEqualTo("019bc6ad-3a00-0000-0000-000000000000");
        assertThat(exchange.getVariable("untilId")).isEqualTo("019bc6ad-3a01-0000-0000-000000000000");
    }

    @ParameterizedTest
    @CsvSource({
        "limit, 0",
        "limit, 101",
        "status, ''",
        "status, queued",
        "preset, Epic",
        "pipeline, Video",
        "pipeline, a_b",
        "user, ''",
        "user, '\u0000'",
        "error_code, ''",
        "since, yesterday",
        "since, 2026-01-16",
        "since, 2026-01-16T12:00:00",
        "until, 1969-12-31T23:59:59Z",
        "until, +10000-01-01T00:00:00Z",
        "cursor, x"
    })
    void rejectsAnInvalidParameterByName(String name, String value) {
        InvalidRequestException refusal =
                catchThrowableOfType(InvalidRequestException.class, () -> list.parse(exchange(Map.of(name, value))));
        assertThat(refusal.errors()).extracting(FieldFault::field).containsExactly(name);
    }

    @Test
    void rejectsAnErrorCodeOfJobsThatDidNotFail() {
        InvalidRequestException refusal = catchThrowableOfType(
                InvalidRequestException.class,
                () -> list.parse(exchange(Map.of("error_code", "MODEL_BUSY", "status", "COMPLETED"))));
        assertThat(refusal.errors()).extracting(FieldFault::field).containsExactly("error_code");
    }

    @Test
    void leadsFromPageToPageWithAllFilters() {
        Exchange first = exchange(Map.of("limit", "2", "user", "a&b", "since", "2026-01-16T12:00:00Z"));
        list.parse(first);
        first.getMessage()
                .setBody(IntStream.of(3, 2, 1).mapToObj(AllJobsListTest::row).toList());
        list.page(first);
        Map<?, ?> page = first.getMessage().getBody(Map.class);
        assertThat(page.keySet().stream().map(String::valueOf))
                .containsExactly("jobs", "limit", "count", "next_cursor");
        assertThat((List<?>) page.get("jobs")).hasSize(2);
        assertThat(first.getMessage().getHeader("Link"))
                .isEqualTo("</admin/jobs?user=a%26b&since=2026-01-16T12%3A00%3A00Z&limit=2&cursor="
                        + page.get("next_cursor") + ">; rel=\"next\"");
    }

    private static Map<String, Object> row(int number) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("job_id", "019b0000-0000-7000-8000-00000000000" + number);
        row.put("cursor_position", "2026-01-16T12:00:00.00000" + number + "Z");
        return row;
    }

    private static Exchange exchange(Map<String, Object> headers) {
        Exchange exchange = new DefaultExchange(CAMEL);
        exchange.getMessage().getHeaders().putAll(headers);
        return exchange;
    }
}
