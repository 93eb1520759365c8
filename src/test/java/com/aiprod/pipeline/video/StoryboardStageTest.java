package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.job.Preset;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StoryboardStageTest {

    @Test
    void makesOneSceneForEachSentenceDespiteAbbreviations() throws Exception {
        Storyboard board =
                plan("Dr. Smith bakes. She does it at 5 a.m. every day! Go on. Do you?", "en", Preset.QUICK_SOCIAL, 12);

        assertThat(texts(board))
                .containsExactly("Dr. Smith bakes.", "She does it at 5 a.m. every day!", "Go on.", "Do you?");
        assertThat(board.truncated()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ja|今日は晴れ。明日は雨。どうする？|3",
                "zh|你好。世界！|2",
                "hi|नमस्ते दुनिया। आप कैसे हैं?|2",
                "ar|مرحبا. كيف حالك؟|2",
            })
    void endsSentencesByTheRulesOfTheirLanguage(String lang, String content, int sentences) throws Exception {
        assertThat(plan(content, lang, Preset.QUICK_SOCIAL, 20).scenes()).hasSize(sentences);
    }

    @ParameterizedTest
    @EnumSource(Preset.class)
    void scenesCoverTheVideoAtWholeFrames(Preset preset) throws Exception {
        List<Scene> scenes = plan("One. Two words. Three words here. And a fourth one, longer.", "en", preset, 17)
                .scenes();

        assertThat(scenes.get(0).start()).isZero();
        assertThat(scenes.get(scenes.size() - 1).end()).isEqualTo(17);
        for (int i = 1; i < scenes.size(); i++) {
            assertThat(scenes.get(i).start()).isEqualTo(scenes.get(i - 1).end());
            double frame = scenes.get(i).start() * preset.frameRate();
            assertThat(frame).isCloseTo(Math.rint(frame), org.assertj.core.data.Offset.offset(1e-6));
        }
    }

    @ParameterizedTest
    @EnumSource(Preset.class)
    void noSceneIsTooLongOrTooFastToRead(Preset preset) throws Exception {
        String content = "The lighthouse keeper counted ships, one for each winter, and wrote them down. ".repeat(130);
        Storyboard board = plan(content, "en", preset, preset.maxDurationSec());

        assertThat(board.truncated()).isTrue();
        assertThat(board.scenes()).allMatch(scene -> scene.text().length() <= 90);
        assertThat(board.scenes()).allMatch(scene -> scene.text().length() / scene.seconds() <= 17 * 1.2);
        assertThat(board.scenes().get(board.scenes().size() - 1).text()).endsWith("down…");
    }

    @Test
    void keepsAllTextIfTimeAllows() throws Exception {
        String content = "We started small, in a garage that smelled of oil and rain, with one lathe and no plan."
                + " Then the first letter came, from a lighthouse in Norway, and everything changed.";
        Storyboard board = plan(content, "en", Preset.BRAND_STORY, 30);

        assertThat(String.join(" ", texts(board))).isEqualTo(content);
        assertThat(board.scenes()).hasSizeGreaterThan(3);
    }

    @Test
    void doesNotSplitASentenceJustToFillTime() throws Exception {
        assertThat(texts(plan("The river remembers every stone.", "en", Preset.CINEMA_SPOT, 60)))
                .containsExactly("The river remembers every stone.");
    }

    @ParameterizedTest
    @EnumSource(Preset.class)
    void showsThePrefixOfALongTextInOneSecond(Preset preset) throws Exception {
        Storyboard board = plan("word ".repeat(2000).strip(), "en", preset, 1);

        assertThat(board.scenes()).hasSize(1);
        assertThat(board.scenes().get(0).text())
                .startsWith("word")
                .endsWith("…")
                .hasSizeLessThan(40);
        assertThat(board.scenes().get(0).end()).isEqualTo(1);
    }

    @Test
    void japaneseTakesLongerToReadThanChinese() throws Exception {
        assertThat(ReadingSpeed.seconds("東京大学", true)).isEqualTo(1);
        assertThat(ReadingSpeed.seconds("東京大学", false)).isLessThan(0.5);
        assertThat(ReadingSpeed.seconds("a".repeat(17), false)).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9));
    }

    private static List<String> texts(Storyboard board) {
        return board.scenes().stream().map(Scene::text).collect(Collectors.toList());
    }

    private static Storyboard plan(String content, String lang, Preset preset, int duration)
            throws InterruptedException {
        return StoryboardStage.plan(content, lang, preset, duration);
    }
}
