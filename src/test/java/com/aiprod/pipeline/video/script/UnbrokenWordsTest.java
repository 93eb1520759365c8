package com.aiprod.pipeline.video.script;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnbrokenWordsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com/spring?id=5&x=a",
                "www.example.com",
                "shop.example/menu",
                "info@example.com",
                "@dr_smith",
                "#bestcoffee",
                "#زهور",
                "€2.50",
                "$1,250.00",
                "1 250,00 €",
                "50 %",
                "2.5 kg",
                "120 km/h",
                "+49 30 1234567",
                "(030) 123 45 67",
                "555-123-4567",
                "7:30 pm",
                "5 a.m.",
                "18:00 Uhr",
                "2026-05-01",
            })
    void findsWhatStaysWhole(String word) {
        String text = "See " + word + ", now";

        assertThat(UnbrokenWords.in(text))
                .extracting(range -> text.substring(range.from(), range.to()))
                .containsExactly(word);
    }

    @Test
    void leavesTheSentenceAroundAnAddress() {
        assertThat(UnbrokenWords.in("Order at https://example.com/menu. (Or www.example.org!)"))
                .extracting(UnbrokenWords.Range::to)
                .containsExactly(33, 54);
        assertThat(UnbrokenWords.in("We are in it. Come now")).isEmpty();
    }
}
