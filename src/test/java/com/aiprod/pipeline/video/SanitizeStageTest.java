package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.ibm.icu.util.ULocale;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SanitizeStageTest {

    private static final Map<String, Object> PRESET = Formats.preset("quick_social");

    private final SanitizeStage stage = new SanitizeStage((jobId, attempt, name, percent) -> {});

    @Test
    void removesControlsAndBidiOverridesAndCollapsesBlanks() {
        assertThat(clean("  a\u0000b\t\tc\u202E d\u00A0\u3000e \r\n \r\n f\u2028g\u0007 "))
                .isEqualTo("ab c d e\n\n f\ng");
    }

    @Test
    void composesLettersAndKeepsJoiners() {
        assertThat(clean("Cafe\u0301 👩\u200D🚀 می\u200Cخواهم")).isEqualTo("Café 👩\u200D🚀 می\u200Cخواهم");
    }

    @Test
    void convertsAllLineBreaksToLineFeeds() {
        assertThat(clean("one\u000Btwo\fthree\rfour\u0085five\u2028six\u2029seven\r\neight"))
                .isEqualTo("one\ntwo\nthree\nfour\nfive\nsix\nseven\neight");
    }

    /** Emoji of Unicode 14 and 15, which Java 17 does not know, also as the only content. */
    @ParameterizedTest
    @ValueSource(strings = {"🫶", "🫡", "🫠", "🛜", "🪿", "🫠🫡🫶", "Thank you 🫶 all 🫡 today"})
    void keepsNewerEmojiWhichHaveGlyphs(String content) {
        assertThat(clean(content)).isEqualTo(content);
        assertThat(new FontBook(FontBook.Face.LOUD, ULocale.ENGLISH).covers(content))
                .isTrue();
    }

    @Test
    void removesNonCharacters() {
        assertThat(clean("a\uFFFEb\uE000c\uDBFF\uDFFFd\u0378e")).isEqualTo("abcde");
    }

    @Test
    void removesAnUnpairedSurrogate() {
        assertThat(clean("a\uD83Db")).isEqualTo("ab");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n\t", "\u0000\u0007", "\u200B\u200D", "\uFE0F", "\u00AD"})
    void rejectsContentWithoutALetter(String content) {
        assertThatThrownBy(() -> clean(content))
                .isInstanceOfSatisfying(
                        PermanentStageException.class,
                        fault -> assertThat(fault.errorCode()).isEqualTo("CONTENT_EMPTY"));
    }

    @Test
    void validatesSettingsAndKeepsOtherFields() {
        Map<String, Object> job = job("x");
        job.put("duration_sec", 999);
        job.put("lang", "zh-hant-tw");
        job.put("metadata", Map.of("k", "v"));

        assertThat(stage.sanitize(job, PRESET, "j", 1))
                .containsEntry("duration_sec", 30)
                .containsEntry("lang", "zh-Hant-TW")
                .containsEntry("metadata", Map.of("k", "v"));
        job.remove("duration_sec");
        job.put("lang", "not a tag!");
        assertThat(stage.sanitize(job, PRESET, "j", 1))
                .containsEntry("duration_sec", null)
                .containsEntry("lang", "en");
        Map<String, Object> preset = new HashMap<>(PRESET);
        preset.put("default_duration_sec", 10);
        assertThat(stage.sanitize(job, preset, "j", 1)).containsEntry("duration_sec", 10);
    }

    @Test
    void rejectsAPresetThatIsNotAVideo() {
        assertThatThrownBy(() -> stage.sanitize(job("x"), Map.of("settings", Map.of()), "j", 1))
                .isInstanceOfSatisfying(
                        PermanentStageException.class,
                        fault -> assertThat(fault.errorCode()).isEqualTo("PRESET_INVALID"));
    }

    private String clean(String content) {
        return (String) stage.sanitize(job(content), PRESET, "j", 1).get("content");
    }

    private static Map<String, Object> job(String content) {
        return new HashMap<>(Map.of("content", content, "preset", "quick_social", "lang", "en", "duration_sec", 10));
    }
}
