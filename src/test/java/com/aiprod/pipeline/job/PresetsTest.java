package com.aiprod.pipeline.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PresetsTest {

    private final Presets presets = new Presets();

    @Test
    void keepsWhatHasNotChanged() {
        presets.offer(List.of(preset("a", 9), preset("b", 9)));
        Preset a = presets.find("a").orElseThrow();
        presets.offer(List.of(preset("b", 10), preset("a", 9)));
        assertThat(presets.find("a").orElseThrow()).isSameAs(a);
        assertThat(presets.find("b").orElseThrow().maxDurationSec()).isEqualTo(10);
        assertThat(presets.names()).containsExactly("b", "a");
    }

    @Test
    void offersTheFirstOfAName() {
        presets.offer(List.of(preset("a", 9)));
        presets.offer(List.of(preset("a", 10), preset("a", 9)));
        assertThat(presets.find("a").orElseThrow().maxDurationSec()).isEqualTo(10);
    }

    private static Preset preset(String name, int maxDurationSec) {
        return new Preset(name, "Describes a picture", 4, maxDurationSec, Map.of(), Map.of("type", "object"));
    }
}
