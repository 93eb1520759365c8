package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaletteTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void textIsReadableOnEveryBackgroundColor(boolean cinema) {
        Set<Color> seen = new HashSet<>();
        for (int seed = 0; seed < 2000; seed++) {
            Palette palette = Palette.draw(new SplittableRandom(seed), cinema);

            assertThat(palette.grounds())
                    .as("grounds of %s", palette)
                    .allMatch(ground -> Palette.contrast(palette.text(), ground) >= Palette.READABLE)
                    .allMatch(ground -> Palette.contrast(palette.accent(), ground) >= Palette.VISIBLE);
            assertThat(palette.motifs())
                    .as("motifs of %s", palette)
                    .allMatch(motif -> Palette.contrast(palette.text(), motif) >= Palette.READABLE);
            seen.add(palette.grounds().get(0));
        }
        assertThat(seen).hasSizeGreaterThan(500);
    }

    @org.junit.jupiter.api.Test
    void computesTheContrastOfWcag() {
        assertThat(Palette.contrast(Color.BLACK, Color.WHITE)).isEqualTo(21);
        assertThat(Palette.contrast(new Color(0x777777), Color.WHITE)).isBetween(4.47, 4.49);
    }
}
