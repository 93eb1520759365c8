package com.aiprod.pipeline.pipelines.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static String difference(Object expected, Object actual) {
        return Comparison.difference("output", expected, actual).orElse("none");
    }

    @Test
    void aMapMayHaveMoreKeys() {
        assertThat(difference(Map.of("a", Map.of("b", 1)), Map.of("a", Map.of("b", 1, "c", 2), "d", 3)))
                .isEqualTo("none");
        assertThat(difference(Map.of("a", Map.of("b", 1)), Map.of("a", Map.of("c", 2))))
                .isEqualTo("expected output.a.b to be 1, but it is absent");
    }

    @Test
    void numbersAreComparedByValue() {
        assertThat(difference(1, new BigDecimal("1.0"))).isEqualTo("none");
        assertThat(difference(1.5, new BigDecimal("1.5"))).isEqualTo("none");
        assertThat(difference(1, "1")).isEqualTo("expected output to be 1, but it is '1'");
    }

    @Test
    void aTextBetweenSlashesIsAPattern() {
        assertThat(difference("/^v[0-9]+$/", "v12")).isEqualTo("none");
        assertThat(difference("/^v[0-9]+$/", "w12")).isEqualTo("expected output to be '/^v[0-9]+$/', but it is 'w12'");
        assertThat(difference("/./", null)).isEqualTo("expected output to be '/./', but it is absent");
        assertThat(Comparison.contains("a busy model", "busy")).isTrue();
        assertThat(Comparison.contains("a busy model", "/^busy/")).isFalse();
    }

    @Test
    void aListHasAsManyItems() {
        assertThat(difference(List.of(Map.of("a", 1)), List.of(Map.of("a", 1, "b", 2))))
                .isEqualTo("none");
        assertThat(difference(List.of(1), List.of(1, 2))).isEqualTo("expected 1 items in output, but there are 2");
        assertThat(difference(List.of(1, 3), List.of(1, 2))).isEqualTo("expected output[1] to be 3, but it is 2");
    }

    @Test
    void anotherTypeIsADifference() {
        assertThat(difference(Map.of("a", 1), "text")).isEqualTo("expected output to be {a=1}, but it is 'text'");
    }
}
