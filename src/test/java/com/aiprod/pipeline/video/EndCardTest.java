package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.video.brand.Brand;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a video ends with, and how it leads to its beginning. */
class EndCardTest {

    private static final String BAKERY =
            "Create a video about our bakery. We open on May 5 at 7 a.m. Order at https://bakery.example.";

    private static final Brand ACME = Brand.of(Map.of("name", "Acme"), "brand", "CODE");

    @TempDir
    Path root;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Create a video about our bakery. We open on May 5. Come in!|Our bakery",
                "We open on May 5.~~# Our bakery~~Come in!|Our bakery",
                "We open on May 5. Come in!|We open on May 5.",
            })
    void showsTheTitle(String content, String text) throws Exception {
        assertThat(plan(content.replace('~', '\n'), null, Brand.NONE).endCard().text())
                .isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The sea at dawn",
                "Menu:\n- Coffee\n- Tea\n\nCome in!",
                "The lighthouse keeper counted ships, one for each winter of his life. Nobody read it.",
                "The lighthouse keeper counted ships, one for each winter, and wrote them all down in a book.",
            })
    void endsWithTheTextThatHasNoTitleOfItsOwn(String content) throws Exception {
        Storyboard board = plan(content, null, Brand.NONE);

        assertThat(board.endCard()).isNull();
        assertThat(board.scenes().get(board.scenes().size() - 1).end())
                .isEqualTo(
                        Math.rint(board.scenes().get(board.scenes().size() - 1).end()));
    }

    @Test
    void showsTheBrand() throws Exception {
        assertThat(plan(BAKERY, null, ACME).endCard().text()).isEqualTo("Acme");
        assertThat(plan("The sea at dawn", null, ACME).endCard().text()).isEqualTo("Acme");
    }

    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void staysAsLongAsItTakesToRead(Format format) throws Exception {
        for (Integer seconds : new Integer[] {null, 20, format.maxDurationSec()}) {
            StoryboardPlan plan = StoryboardStage.plan(BAKERY, "en", format, seconds);
            Scene card = plan.board().endCard();

            assertThat(card.start())
                    .isEqualTo(plan.board()
                            .scenes()
                            .get(plan.board().scenes().size() - 1)
                            .end());
            assertThat(card.end()).isEqualTo(plan.duration());
            assertThat(card.seconds()).isBetween(Math.max(2, Pace.of(format).needed(card.text(), false)) - 0.05, 9.0);
        }
    }

    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void takesNoTimeThatTheTextNeeds(Format format) throws Exception {
        int whole = StoryboardStage.plan(BAKERY, "en", format, 1).wholeDuration();
        for (int seconds = 1; seconds <= whole + 6; seconds++) {
            StoryboardPlan plan = StoryboardStage.plan(BAKERY, "en", format, seconds, ACME);
            if (seconds < whole) {
                assertThat(plan.board().endCard()).isNull();
            }
            if (seconds >= whole) {
                assertThat(plan.omitted()).isEmpty();
                assertThat(plan.board().scenes())
                        .allMatch(scene -> scene.seconds()
                                >= Pace.of(format).needed(scene.text(), false)
                                        - Pace.of(format).settle()
                                        - 0.1);
            }
        }
        assertThat(StoryboardStage.plan(BAKERY, "en", format, whole + 6, ACME)
                        .board()
                        .endCard())
                .isNotNull();
    }

    @Test
    void isNotInTheCaptions() throws Exception {
        Storyboard board = plan(BAKERY, null, ACME);

        assertThat(Captions.cues(board.scenes(), "en"))
                .noneMatch(cue -> cue.text().contains("Acme"));
        assertThat(Storyboard.of(Map.of("storyboard", board.toMap()))).isEqualTo(board);
    }

    /** On the decoded film, as a player repeats it. */
    @ParameterizedTest
    @CsvSource({"'',''", "Acme,''", "Acme,logo"})
    void theFilmIsACircle(String name, String logo) throws Exception {
        Map<String, Object> brand = new LinkedHashMap<>();
        if (!name.isEmpty()) {
            brand.put("name", name);
        }
        if (!logo.isEmpty()) {
            brand.put(
                    "logo",
                    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>"
                            + "<circle cx='4.5' cy='4.5' r='4.5' fill='%23F2B705'/></svg>");
        }
        Map<String, Object> job = new LinkedHashMap<>(Map.of(
                "content",
                "# Our bakery\nCome in!",
                "lang",
                "en",
                "duration_sec",
                4,
                "metadata",
                brand.isEmpty() ? Map.of("soundtrack", "none") : Map.of("brand", brand)));
        Map<String, Object> preset = Formats.preset("quick_social");
        Map<String, Object> planned =
                new StoryboardStage((jobId, attempt, stage, percent) -> {}).plan(job, preset, "job", 1);
        Map<?, ?> files = (Map<?, ?>)
                new RenderStage(new ArtifactStore(root), Film.tools(), (jobId, attempt, stage, percent) -> {})
                        .render(planned, preset, "job", 1)
                        .get("render");
        Film film = new Film(Path.of((String) files.get("video")));
        byte[] start = film.pictures("gray", 0, 2);
        byte[] end = film.pictures("gray", 118, 120);
        int size = 720 * 1280;

        double jump = difference(end, size, start, 0, size);
        double usual = Math.max(difference(start, 0, start, size, size), difference(end, 0, end, size, size));
        assertThat(jump).isLessThan(2 * usual + 0.6);
    }

    private static double difference(byte[] one, int from, byte[] other, int otherFrom, int size) {
        long sum = 0;
        for (int i = 0; i < size; i++) {
            sum += Math.abs((one[from + i] & 0xff) - (other[otherFrom + i] & 0xff));
        }
        return sum / (double) size;
    }

    private static Storyboard plan(String content, Integer seconds, Brand brand) throws InterruptedException {
        return StoryboardStage.plan(content, "en", Formats.SOCIAL, seconds, brand)
                .board();
    }
}
