package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StoryboardStageTest {

    @Test
    void makesOneSceneForEachSentenceDespiteAbbreviations() throws Exception {
        Storyboard board =
                plan("Dr. Smith bakes. She does it at 5 a.m. every day! Go on. Do you?", "en", Formats.SOCIAL, 12);

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
        assertThat(plan(content, lang, Formats.SOCIAL, 20).scenes()).hasSize(sentences);
    }

    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void scenesCoverTheVideoAtWholeFrames(Format format) throws Exception {
        List<Scene> scenes = plan("One. Two words. Three words here. And a fourth one, longer.", "en", format, 17)
                .shots();

        assertThat(scenes.get(0).start()).isZero();
        assertThat(scenes.get(scenes.size() - 1).end()).isEqualTo(17);
        for (int i = 1; i < scenes.size(); i++) {
            assertThat(scenes.get(i).start()).isEqualTo(scenes.get(i - 1).end());
            double frame = scenes.get(i).start() * format.frameRate();
            assertThat(frame).isCloseTo(Math.rint(frame), org.assertj.core.data.Offset.offset(1e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void noSceneIsTooLongOrTooFastToRead(Format format) throws Exception {
        String content = "The lighthouse keeper counted ships, one for each winter, and wrote them down. ".repeat(130);
        Storyboard board = plan(content, "en", format, format.maxDurationSec());

        assertThat(board.truncated()).isTrue();
        assertThat(board.scenes()).allMatch(scene -> scene.text().length() <= 90);
        assertThat(board.scenes()).allMatch(scene -> scene.text().length() / scene.seconds() <= 17 * 1.2);
        assertThat(board.scenes().get(board.scenes().size() - 1).text()).matches(".*(down\\.|…)");
    }

    @Test
    void keepsAllTextIfTimeAllows() throws Exception {
        String content = "We started small, in a garage that smelled of oil and rain, with one lathe and no plan."
                + " Then the first letter came, from a lighthouse in Norway, and everything changed.";
        Storyboard board = plan(content, "en", Formats.BRAND, 30);

        assertThat(String.join(" ", texts(board))).isEqualTo(content);
        assertThat(board.scenes()).hasSizeGreaterThan(3);
    }

    @Test
    void doesNotSplitASentenceJustToFillTime() throws Exception {
        assertThat(texts(plan("The river remembers every stone.", "en", Formats.CINEMA, 60)))
                .containsExactly("The river remembers every stone.");
    }

    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void showsThePrefixOfALongTextInOneSecond(Format format) throws Exception {
        Storyboard board = plan("word ".repeat(2000).strip(), "en", format, 1);

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

    private static Storyboard plan(String content, String lang, Format format, int duration)
            throws InterruptedException {
        return StoryboardStage.plan(content, lang, format, duration).board();
    }
}
