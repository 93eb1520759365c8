package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.stage.PermanentStageException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTest {

    @Test
    void readsThePresetsThatShip() {
        assertThat(Formats.all())
                .containsExactly(
                        new Format(Format.Style.SOCIAL, 720, 1280, 30, "auto", 30),
                        new Format(Format.Style.BRAND, 1280, 720, 30, "auto", 60),
                        new Format(Format.Style.CINEMA, 1920, 1080, 24, "auto", 60),
                        new Format(Format.Style.SOCIAL, 1080, 1920, 30, "auto", 30),
                        new Format(Format.Style.SOCIAL, 1080, 1350, 30, "auto", 30),
                        new Format(Format.Style.SOCIAL, 1080, 1080, 30, "auto", 30),
                        new Format(Format.Style.BRAND, 1920, 1080, 30, "auto", 30));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "style      |         | style is not one of social, brand, cinema",
                "style      | noir    | style is not one of social, brand, cinema",
                "style      | SOCIAL  | style is not one of social, brand, cinema",
                "width      |         | width is not an integer from 64 to 4096",
                "width      | 721     | width is odd",
                "width      | 62      | width is not an integer from 64 to 4096",
                "width      | 4098    | width is not an integer from 64 to 4096",
                "width      | 720.5   | width is not an integer from 64 to 4096",
                "width      | wide    | width is not an integer from 64 to 4096",
                "width      | 4294968016 | width is not an integer from 64 to 4096",
                "height     |         | height is not an integer from 64 to 4096",
                "height     | 1279    | height is odd",
                "height     | -1280   | height is not an integer from 64 to 4096",
                "frame_rate |         | frame_rate is not an integer from 1 to 60",
                "frame_rate | 0       | frame_rate is not an integer from 1 to 60",
                "frame_rate | 61      | frame_rate is not an integer from 1 to 60",
                "frame_rate | 29.97   | frame_rate is not an integer from 1 to 60",
                "soundtrack | loud    | soundtrack is not one of auto, none, calm, bright, upbeat, tender, somber, cinematic",
            })
    void namesTheSettingAtFault(String name, String value, String fault) {
        Map<String, Object> preset = Formats.preset("quick_social");
        Map<Object, Object> settings = new HashMap<>((Map<?, ?>) preset.get("settings"));
        settings.put(name, value == null ? null : parsed(value));
        preset.put("settings", settings);

        assertInvalid(preset, "The preset's setting " + fault);
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_duration_sec"})
    void needsDurations(String name) {
        Map<String, Object> preset = Formats.preset("quick_social");
        preset.remove(name);

        assertInvalid(preset, "The preset's " + name + " is not an integer from 1 to 3600");
    }

    @Test
    void needsAPresetWithSettings() {
        assertInvalid(null, "The preset's setting style is not one of social, brand, cinema");
        assertInvalid(Map.of(), "The preset's setting style is not one of social, brand, cinema");
        assertInvalid(Map.of("settings", "wide"), "The preset's setting style is not one of social, brand, cinema");
    }

    private static void assertInvalid(Map<String, Object> preset, String fault) {
        assertThatThrownBy(() -> Format.of(preset)).isInstanceOfSatisfying(PermanentStageException.class, thrown -> {
            assertThat(thrown.errorCode()).isEqualTo("PRESET_INVALID");
            assertThat(thrown).hasMessageContaining(fault);
        });
    }

    private static Object parsed(String value) {
        if (value.matches("-?\\d+")) {
            long number = Long.parseLong(value);
            return number == (int) number ? (Object) (int) number : (Object) number;
        }
        return value.matches("[\\d.]+") ? (Object) Double.valueOf(value) : value;
    }
}
