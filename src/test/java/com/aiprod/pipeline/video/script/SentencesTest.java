package com.aiprod.pipeline.video.script;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.icu.util.ULocale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentencesTest {

    /** The expected ends of sentences are marked with "|" in the text. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "en # Ask Dr. Smith on p. 5 of No. 5.| He lives in the U.S. now.",
                "en # 1. Mix the dough.| It takes 2.5 hours.| So do I.| Go on.",
                "en # We open at 7 a.m. every day.| We close at 5 p.m.| Come in!",
                "en # See https://example.com/?q=a.b!c now.| Or mail a.b@example.com.",
                "de # Das gilt z. B. am Meer.| Die Luft ist kalt, d. h. frisch.| Am 5. Mai geht es los.",
                "de # Wir kommen nach Haus.| Es ist Nr. 7.",
                "fr # M. Dupont et Mme. Martin sont là.| Ils rient.",
                "fr # « Regarde », dit-il.| « C'est le passé qui te fait signe. »| Observatoire du Sahara.",
                "fr # « Il est tard. »| « Partons ! » dit-elle.| Elle rit.| « Oui ? »",
                "en # “Come in!” he said.| “Why?”| He laughed.",
                "de # »Komm herein!« sagte er.| »Warum?«| Er lachte.",
                "es # El Sr. López vive en EE. UU. desde 1990.| Canta.",
                "ru # Мы на ул. Ленина, д. 5.| Заходите!",
                "ja # 今日は晴れ。|明日は雨。|「ぜひ」どうぞ。",
            })
    void endsSentencesWhereReadersDo(String language, String marked) {
        String line = marked.strip().replace("|", "");

        assertThat(Sentences.of(line, ULocale.forLanguageTag(language.strip())).stream()
                        .map(String::strip))
                .containsExactly(java.util.Arrays.stream(marked.strip().split("\\|"))
                        .map(String::strip)
                        .toArray(String[]::new));
    }
}
