package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ThemeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en | The sea at dawn. The tide comes and goes. | sea",
                "fr | Une vidéo sur la mer à l'aube             | sea",
                "de | Großer Sommerschlussverkauf: 50 %!        | sale",
                "es | Fuego en la montaña                       | fire",
                "it | Saldi: sconti su tutto                    | sale",
                "pt | A noite e as estrelas                     | night",
                "nl | Een wandeling door het bos                | forest",
                "pl | Wyprzedaż i rabaty                        | sale",
                "ru | Ночь и звёзды над городом                 | night",
                "ar | البحر والسماء                              | sea",
                "ja | 夜の海と星と月                             | night",
                "zh | 夏天的阳光                                 | sun",
                "en | In loving memory of our founder           | mourning",
                "en | Seaside is one word, and season too       |",
                "en | Small batches, big ideas                  |",
                "fr | La porte est sale                         |",
            })
    void wordsTell(String lang, String content, String theme) {
        assertThat(Theme.of(content, lang).map(Theme::name).orElse(null)).isEqualTo(theme);
    }

    @Test
    void eachThemeHasWordsInTenLanguages() {
        for (Theme theme : Theme.all()) {
            assertThat(theme.words()).as(theme.name()).hasSizeGreaterThanOrEqualTo(10);
            theme.words().forEach((lang, words) -> {
                assertThat(new HashSet<>(words))
                        .as("%s, %s", theme.name(), lang)
                        .hasSameSizeAs(words);
                assertThat(words).allMatch(word -> word.equals(word.toLowerCase(java.util.Locale.ROOT)));
            });
        }
        assertThat(Theme.all()).extracting(Theme::name).contains("sea", "night", "fire", "forest", "sale", "mourning");
    }

    static List<Theme> themes() {
        return Theme.all();
    }

    @ParameterizedTest
    @MethodSource("themes")
    void textIsReadableInTheColorsOfTheTheme(Theme theme) {
        for (int seed = 0; seed < 200; seed++) {
            PaletteTest.assertReadable(Palette.draw(new SplittableRandom(seed), seed % 2 == 0, theme));
        }
    }

    @Test
    void theSeaIsBlueAndFireIsRed() {
        for (int seed = 0; seed < 50; seed++) {
            Color sea = ground("The sea", seed);
            Color fire = ground("The fire", seed);
            assertThat(sea.getBlue()).isGreaterThan(sea.getRed());
            assertThat(fire.getRed()).isGreaterThan(fire.getBlue());
        }
    }

    private static Color ground(String content, int seed) {
        Theme theme = Theme.of(content, "en").orElseThrow();
        return Palette.draw(new SplittableRandom(seed), false, theme).grounds().get(0);
    }

    @Test
    void aWordChoosesTheMusicUnlessSomebodyElseDoes() {
        Set<String> moods = new HashSet<>();
        for (String content : List.of("The sea", "The sale", "A funeral", "Nothing")) {
            moods.add(new Wishes(null, com.aiprod.pipeline.video.brand.Brand.NONE)
                    .mood(Formats.SOCIAL, Theme.of(content, "en"))
                    .orElseThrow()
                    .label());
        }
        assertThat(moods).containsExactlyInAnyOrder("calm", "upbeat", "somber", "bright");
        Wishes wishes = Wishes.of(Map.of("metadata", Map.of("soundtrack", "tender")));
        assertThat(wishes.mood(Formats.SOCIAL, Theme.of("The sea", "en"))
                        .orElseThrow()
                        .label())
                .isEqualTo("tender");
    }
}
