package com.aiprod.pipeline.video.script;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.icu.util.ULocale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HyphenationTest {

    @ParameterizedTest
    @CsvSource({
        "en,hy-phen-ation",
        "en,as-so-ciate",
        "en-GB,col-our-ful",
        "de,Do-nau-dampf-schiff-fahrt",
        "fr,an-ti-cons-ti-tu-tion-nel-le-ment",
        "es,elec-tro-do-més-ti-co",
        "it,in-ter-na-zio-na-le",
        "nl,ge-meen-te-huis",
        "pl,nie-pod-le-głość",
        "ru,пре-вос-хо-ди-тель-ство",
        "nb,ar-beids-mar-ked",
    })
    void dividesWordsByTheRulesOfTheirLanguage(String language, String word) {
        assertThat(String.join("-", of(language).parts(word.replace("-", "")))).isEqualTo(word);
    }

    @Test
    void keepsPunctuationAndTheText() {
        assertThat(String.join("", of("en").parts("(hyphenation), well"))).isEqualTo("(hyphenation), well");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ca", "da", "de", "el", "en", "en-GB", "es", "fr", "it", "nl", "no", "pl", "pt", "ru", "sk", "sv", "tr",
                "uk"
            })
    void readsThePatternsOfEachLanguage(String language) {
        assertThat(of(language)
                        .parts(
                                language.equals("el")
                                        ? "ηλεκτρονικός"
                                        : language.matches("ru|uk") ? "телевизор" : "televisione")
                        .size())
                .isGreaterThan(1);
    }

    @Test
    void knowsNothingOfOtherLanguages() {
        assertThat(Hyphenation.of(ULocale.JAPANESE)).isEmpty();
    }

    private static Hyphenation of(String language) {
        return Hyphenation.of(ULocale.forLanguageTag(language)).orElseThrow();
    }
}
