package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PaletteTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void textIsReadableOnEveryBackgroundColor(boolean cinema) {
        Set<Color> seen = new HashSet<>();
        for (int seed = 0; seed < 2000; seed++) {
            Palette palette = Palette.draw(new SplittableRandom(seed), cinema);

            assertReadable(palette);
            seen.add(palette.grounds().get(0));
        }
        assertThat(seen).hasSizeGreaterThan(500);
    }

    static void assertReadable(Palette palette) {
        assertThat(palette.grounds())
                .as("grounds of %s", palette)
                .allMatch(ground -> Palette.contrast(palette.text(), ground) >= Palette.READABLE)
                .allMatch(ground -> Palette.contrast(palette.accent(), ground) >= Palette.VISIBLE);
        assertThat(palette.motifs())
                .as("motifs of %s", palette)
                .allMatch(motif -> Palette.contrast(palette.text(), motif) >= Palette.READABLE);
    }

    @Test
    void textIsReadableWhateverTheColorsOfABrand() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 3000; i++) {
            List<Color> colors = Stream.generate(() -> new Color(random.nextInt(0x1000000)))
                    .limit(1 + i % 3)
                    .toList();
            assertReadable(Palette.of(colors));
        }
        for (int gray = 0; gray < 256; gray++) {
            assertReadable(Palette.of(List.of(new Color(gray, gray, gray), Color.YELLOW, Color.WHITE)));
        }
    }

    @Test
    void aBrandsColorsStayAsTheyAreWhereTextIsReadable() {
        Palette palette = Palette.of(List.of(new Color(0x0B3D2E), new Color(0x7A1F5C), new Color(0xF2B705)));

        assertThat(palette.grounds().get(0)).isEqualTo(new Color(0x0B3D2E));
        assertThat(palette.motifs().get(0)).isEqualTo(new Color(0x7A1F5C));
        assertThat(palette.accent()).isEqualTo(new Color(0xF2B705));
    }

    @ParameterizedTest
    @CsvSource({"0057B8, FFD700, FF4F79", "0057B8, FFD700, FFD700", "7A1F5C, F2B705, 0B3D2E"})
    void theYellowOfABrandIsNoOlive(String first, String second, String third) {
        Palette palette = Palette.of(Stream.of(first, second, third)
                .map(color -> new Color(Integer.parseInt(color, 16)))
                .toList());

        assertReadable(palette);
        assertThat(palette.accent()).isEqualTo(new Color(Integer.parseInt(second, 16)));
        assertThat(palette.motifs()).map(Oklch::of).noneMatch(motif -> motif.hue() > 60 && motif.hue() < 135);
    }

    @Test
    void computesTheContrastOfWcag() {
        assertThat(Palette.contrast(Color.BLACK, Color.WHITE)).isEqualTo(21);
        assertThat(Palette.contrast(new Color(0x777777), Color.WHITE)).isBetween(4.47, 4.49);
    }
}
