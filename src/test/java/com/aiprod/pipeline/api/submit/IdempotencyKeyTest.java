package com.aiprod.pipeline.api.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.api.problem.FieldFault;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Valid and invalid Idempotency-Key headers. */
class IdempotencyKeyTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            delimiter = '|',
            value = {
                "abc            | abc",
                "\"abc\"        | abc",
                "'  abc  '      | abc",
                "[a,b]          | [a,b]",
                "a\"b           | a\"b",
                "\"a\\\"b\\\\c\"| a\"b\\c"
            })
    void readsAnIdempotencyKey(String line, String key) {
        assertThat(IdempotencyKey.parse(List.of(line))).isEqualTo(key);
    }

    @Test
    void acceptsAMissingKeyAndTheLongestKey() {
        assertThat(IdempotencyKey.parse(List.of())).isNull();
        assertThat(IdempotencyKey.parse(List.of("x".repeat(255)))).hasSize(255);
    }

    static Stream<List<String>> invalidKeys() {
        return Stream.of(
                List.of(""),
                List.of(" "),
                List.of("\"\""),
                List.of("a b"),
                List.of("é"),
                List.of("a\u0000"),
                List.of("\"abc"),
                List.of("\"a\"b\""),
                List.of("\"a\\b\""),
                List.of("\"abc\";x=1"),
                List.of("\"a b\""),
                List.of("x".repeat(256)),
                List.of("a", "a"));
    }

    @ParameterizedTest
    @MethodSource("invalidKeys")
    void rejectsAnInvalidIdempotencyKey(List<String> lines) {
        assertThatThrownBy(() -> IdempotencyKey.parse(lines))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refusal -> assertThat(refusal.errors())
                                .singleElement()
                                .extracting(FieldFault::field)
                                .isEqualTo("Idempotency-Key"));
    }
}
