package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.pipelines.BuiltInPresets;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.video.script.StyledText;
import com.ibm.icu.util.ULocale;
import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Contents of maximum length that are designed to be slow to typeset, and interrupting slow typesetting. */
class WorstContentTest {

    /** Ordinary content takes 1 s on a slow machine; a video has 90 s in total. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final int FRAMES = 25;

    static Stream<Arguments> contents() {
        String family = "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D";
        return Stream.of(
                Arguments.of("marks on one letter", "a" + "\u0301".repeat(9999)),
                Arguments.of("unlike marks on one letter", "a" + "\u0301\u0323\u0334".repeat(3333)),
                Arguments.of("marks on every letter", ("a" + "\u0301\u0323".repeat(15)).repeat(322)),
                Arguments.of("marks without a letter", "a\n" + "\u0301\n".repeat(4999)),
                Arguments.of("a word of wide letters", "W".repeat(10_000)),
                Arguments.of("joined emoji", family.repeat(1666)),
                Arguments.of("directions", "\u05D0a\u0628b1".repeat(2000)),
                Arguments.of("directions and emoji", ("\u05D0 " + family + "x\u0628").repeat(1000)),
                Arguments.of("line feeds", "a" + "\n".repeat(9998) + "b"),
                Arguments.of("paragraphs", "a\n".repeat(5000)),
                Arguments.of("words of a letter", "a ".repeat(5000)),
                Arguments.of("words of a letter with marks", "a\u0301\u0323 ".repeat(2500)),
                Arguments.of("jamo", "\u1100".repeat(5000) + "\u1161".repeat(5000)),
                Arguments.of("Thai without blanks", "\u0E01\u0E33".repeat(5000)),
                Arguments.of("punctuation", "!".repeat(5000) + ",".repeat(4999) + "a"),
                Arguments.of("emoji", "\uD83D\uDE00".repeat(10_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contents")
    void typesetsInBoundedTime(String what, String content) {
        for (String name : List.of("quick_social", "brand_story", "cinema_spot")) {
            Preset preset = BuiltInPresets.named(name);
            for (int seconds : List.of(1, preset.maxDurationSec())) {
                assertTimeoutPreemptively(LIMIT, () -> makePictures(content, preset, seconds), preset::name);
            }
        }
    }

    private static void makePictures(String content, Preset preset, int seconds) throws InterruptedException {
        Map<String, Object> job = new HashMap<>(
                Map.of("content", content, "preset", preset.name(), "lang", "en", "duration_sec", seconds));
        Progress nobody = (jobId, attempt, stage, percent) -> {};
        job.putAll(new SanitizeStage(nobody).sanitize(job, preset.asMap(), "job", 1));
        job.putAll(new StoryboardStage(nobody).plan(job, preset.asMap(), "job", 1));
        Storyboard board = Storyboard.of(job);
        assertThat(board.scenes().size()).isLessThanOrEqualTo((int) (seconds / 0.8) + 1);
        Format format = Format.of(preset.asMap());
        FramePainter painter = new FramePainter(format, content, "en", board.scenes());
        BufferedImage frame = new BufferedImage(format.width(), format.height(), BufferedImage.TYPE_INT_RGB);
        double step = Math.min(1, seconds / (double) FRAMES);
        for (int i = 0; i < FRAMES; i++) {
            painter.paint(frame, i * step);
        }
    }

    @Test
    void limitsTheCombiningMarksOfALetter() {
        SanitizeStage stage = new SanitizeStage((jobId, attempt, name, percent) -> {});
        Map<String, Object> job =
                new HashMap<>(Map.of("content", "x" + "\u0301".repeat(99) + "y", "preset", "quick_social"));

        assertThat(stage.sanitize(job, Formats.preset("quick_social"), "job", 1))
                .containsEntry("content", "x" + "\u0301".repeat(30) + "y");
    }

    @Test
    void splitsALongSentenceWithoutPunctuation() throws Exception {
        Storyboard board = StoryboardStage.plan("word ".repeat(60).strip(), "en", Formats.CINEMA, 60)
                .board();

        assertThat(board.truncated()).isFalse();
        assertThat(board.scenes()).allMatch(scene -> scene.text().length() <= 64);
    }

    @Test
    void anInterruptStopsPlanning() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> StoryboardStage.plan("One. Two.", "en", Formats.SOCIAL, 5))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void anInterruptStopsTypesetting() throws Exception {
        List<Scene> scenes =
                Collections.nCopies(100_000, new Scene("The tide comes and goes, and nothing is lost.", 1, 2));
        CountDownLatch begun = new CountDownLatch(1);
        FutureTask<FramePainter> setting = new FutureTask<>(() -> {
            new Typesetter(new FontBook(FontBook.Face.CALM, ULocale.ENGLISH), ULocale.ENGLISH, false)
                    .set(StyledText.of("The first"), new Typesetter.Box(600, 640, 5, 112, 44, 1.15));
            begun.countDown();
            return new FramePainter(Formats.BRAND, "content", "en", scenes);
        });
        Thread worker = new Thread(setting);
        worker.start();
        begun.await();

        // Repeatedly, as a worker does: Java swallows an interrupt while it reads a font.
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (worker.isAlive() && System.nanoTime() - end < 0) {
            worker.interrupt();
            worker.join(100);
        }
        assertThat(worker.isAlive()).isFalse();
        assertThatThrownBy(setting::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
    }
}
