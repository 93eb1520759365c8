package com.aiprod.pipeline.api.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The {@code wait} preference of a client. */
class PreferredWaitTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            delimiter = '|',
            value = {
                "wait=10                    | 10",
                "Wait = 10                  | 10",
                "wait=\"10\"                | 10",
                "respond-async, wait=5; x=1 | 5",
                "wait=60                    | 60",
                "wait=61                    | 60",
                "wait=0                     | ",
                "wait=-1                    | ",
                "wait=ten                   | ",
                "wait=1.5                   | ",
                "await=5                    | ",
                "wait                       | ",
                "wait=99999999999           | ",
                "respond-async              | "
            })
    void readsTheWaitInSeconds(String line, Integer seconds) {
        assertThat(PreferredWait.parse(List.of(line))).isEqualTo(seconds);
        assertThat(PreferredWait.parse(List.of("handling=strict", line))).isEqualTo(seconds);
    }
}
