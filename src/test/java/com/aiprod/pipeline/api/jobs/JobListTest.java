package com.aiprod.pipeline.api.jobs;

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

class JobListTest {

    private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

    private final JobList list = new JobList();

    @Test
    void asksForTheNewestTwentyByDefault() {
        Exchange exchange = exchange(Map.of());
        list.parse(exchange);
        assertThat(exchange.getVariables())
                .containsOnly(Map.entry("limit", 20), Map.entry("rows", 21), Map.entry("offset", 0));
    }

    @Test
    void reportsAllErrorsAtOnce() {
        Exchange exchange = exchange(
                Map.of("status", "queued", "preset", "Epic", "limit", "101", "offset", "-1", "cursor", "forged"));
        InvalidRequestException refusal =
                catchThrowableOfType(InvalidRequestException.class, () -> list.parse(exchange));
        assertThat(refusal.errors())
                .extracting(FieldFault::field)
                .containsExactly("status", "preset", "limit", "cursor", "offset", "cursor");
        assertThat(exchange.getVariables()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "limit, 0",
        "limit, -1",
        "limit, ''",
        "limit, ten",
        "limit, 1.0",
        "limit, +5",
        "limit, ' 5'",
        "limit, ٥",
        "limit, 4294967297",
        "offset, -1",
        "offset, 10001",
        "offset, 2147483648",
        "offset, x",
        "status, ''",
        "status, DONE",
        "preset, ''",
        "preset, Epic",
        "preset, quick-social",
        "preset, 4k",
        "preset, a234567890123456789012345678901234567890123456789012345678901234x",
        "cursor, ''"
    })
    void rejectsAnInvalidParameter(String name, String value) {
        InvalidRequestException refusal =
                catchThrowableOfType(InvalidRequestException.class, () -> list.parse(exchange(Map.of(name, value))));
        assertThat(refusal.errors()).extracting(FieldFault::field).containsExactly(name);
    }

    @Test
    void findsJobsOfAPresetThatIsNoLongerOffered() {
        Exchange exchange = exchange(Map.of("preset", "summer_2025"));
        list.parse(exchange);
        assertThat(exchange.getVariable("preset")).isEqualTo("summer_2025");
    }

    @Test
    void rejectsARepeatedParameter() {
        InvalidRequestException refusal = catchThrowableOfType(
                InvalidRequestException.class, () -> list.parse(exchange(Map.of("limit", List.of("5", "5")))));
        assertThat(refusal.errors()).containsExactly(new FieldFault("limit", "is given more than once"));
    }

    @Test
    void leadsFromPageToPage() {
        Exchange first = exchange(Map.of("limit", "2", "status", "QUEUED"));
        list.parse(first);
        first.getMessage()
                .setBody(IntStream.of(3, 2, 1).mapToObj(JobListTest::row).toList());
        list.page(first);
        Map<?, ?> page = first.getMessage().getBody(Map.class);
        assertThat(page.keySet().stream().map(String::valueOf))
                .containsExactly("jobs", "limit", "count", "next_cursor", "offset");
        assertThat((List<?>) page.get("jobs"))
                .hasSize(2)
                .noneMatch(job -> job.toString().contains("cursor"));
        assertThat(page.get("count")).isEqualTo(2);
        String cursor = page.get("next_cursor").toString();
        assertThat(first.getMessage().getHeader("Link"))
                .isEqualTo("</pipeline/jobs?status=QUEUED&limit=2&cursor=" + cursor + ">; rel=\"next\"");

        Exchange second = exchange(Map.of("limit", "2", "cursor", cursor));
        list.parse(second);
        assertThat(second.getVariable("cursorCreatedAt")).isEqualTo("2026-01-16T12:00:00.000002Z");
        assertThat(second.getVariable("cursorId")).isEqualTo("019b0000-0000-7000-8000-000000000002");
        second.getMessage().setBody(List.of(row(1)));
        list.page(second);
        Map<?, ?> last = second.getMessage().getBody(Map.class);
        assertThat(last.get("next_cursor")).isNull();
        assertThat(last.containsKey("next_cursor")).isTrue();
        assertThat(second.getMessage().getHeader("Link")).isNull();
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
