package com.aiprod.pipeline.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.api.problem.InvalidRequestException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

/** The values of parameters and cursors. */
class RequestValuesTest {

    @Test
    void decodesItsOwnCursor() {
        Cursor cursor =
                new Cursor(Instant.parse("2026-01-16T12:00:00.123456Z"), "019b0000-0000-7000-8000-000000000001");
        assertThat(Cursor.decode(cursor.encode())).hasValue(cursor);
        assertThat(cursor.encode()).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void rejectsACursorWithAnyCharacterChanged() {
        String made = new Cursor(Instant.parse("2026-01-16T12:00:00.123456Z"), "019b0000-0000-7000-8000-000000000001")
                .encode();
        for (int i = 0; i < made.length(); i++) {
            for (char other : new char[] {'A', 'B', '0', '_', '=', ' ', '\u0000', 'é'}) {
                if (made.charAt(i) != other) {
                    String changed = made.substring(0, i) + other + made.substring(i + 1);
                    assertThat(Cursor.decode(changed)).as(changed).isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "MXx8fHw", "====", "null", "019b0000-0000-7000-8000-000000000001"})
    void rejectsAnInvalidCursor(String text) {
        assertThat(Cursor.decode(text)).isEmpty();
        assertThat(Cursor.decode(text + "A".repeat(10_000))).isEmpty();
    }

    @Test
    void rejectsACursorWithATimeOutsideTheDatabasesRange() {
        String id = "019b0000-0000-7000-8000-000000000001";
        for (Instant time : new Instant[] {Instant.MAX, Instant.MIN, Instant.EPOCH}) {
            assertThat(Cursor.decode(new Cursor(time, id).encode())).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "019b0000-0000-7000-8000-00000000000a, true",
        "019B0000-0000-7000-8000-00000000000A, true",
        "1-1-1-1-1, false",
        "019b0000000070008000000000000001, false",
        "019b0000-0000-7000-8000-00000000000g, false",
        "'', false",
        ", false",
        "' 019b0000-0000-7000-8000-00000000000a', false"
    })
    void recognizesAJobId(String text, boolean is) {
        assertThat(PathId.isUuid(text)).isEqualTo(is);
    }

    @Test
    void passesNamedParametersOnly() {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/pipeline/jobs");
        request.setQueryString("limit=5&limit=6&cursor=a%2Bb+c&preset&Limit=7&user_id=x&CamelHttpUri=x&=&&");
        FilteredRequest fenced = new FilteredRequest(request, new byte[0]);
        assertThat(fenced.getParameterMap()).containsOnlyKeys("limit", "cursor", "preset");
        assertThat(fenced.getParameterValues("limit")).containsExactly("5", "6");
        assertThat(fenced.getParameter("cursor")).isEqualTo("a+b c");
        assertThat(fenced.getParameter("preset")).isEmpty();
        assertThat(fenced.getQueryString()).isNull();
    }

    @Test
    void rejectsABadlyEncodedParameter() {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/pipeline/jobs");
        request.setQueryString("limit=%zz");
        assertThatThrownBy(() -> new FilteredRequest(request, new byte[0])).isInstanceOf(InvalidRequestException.class);
    }
}
