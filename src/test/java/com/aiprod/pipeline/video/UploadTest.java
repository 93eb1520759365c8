package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.pipelines.BuiltInPresets;
import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.video.brand.Brand;
import com.aiprod.pipeline.video.sound.Mood;
import com.aiprod.pipeline.video.sound.Soundtrack;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A rendered film meets what Instagram, TikTok, and YouTube ask of an upload. */
class UploadTest {

    @TempDir
    Path root;

    @Test
    void platformsTakeTheFilm() throws Exception {
        Path video = render(Map.of(), "fr");
        Film film = new Film(video);
        JsonNode description = film.description();
        JsonNode picture = description.path("streams").path(0);
        JsonNode sound = description.path("streams").path(1);

        assertThat(description.path("streams")).hasSize(2);
        assertThat(picture.path("codec_name").asText()).isEqualTo("h264");
        assertThat(picture.path("profile").asText()).isEqualTo("High");
        assertThat(picture.path("level").asInt()).isEqualTo(31);
        assertThat(picture.path("sample_aspect_ratio").asText()).isEqualTo("1:1");
        assertThat(picture.path("r_frame_rate").asText())
                .isEqualTo(picture.path("avg_frame_rate").asText())
                .isEqualTo("30/1");
        assertThat(picture.path("tags").path("language").asText()).isEqualTo("fra");
        assertThat(sound.path("codec_name").asText()).isEqualTo("aac");
        assertThat(sound.path("profile").asText()).isEqualTo("LC");
        assertThat(sound.path("sample_rate").asText()).isEqualTo("48000");
        assertThat(sound.path("channels").asInt()).isEqualTo(2);
        assertThat(sound.path("bit_rate").asInt()).isBetween(32_000, 256_000);
        assertThat(sound.path("tags").path("language").asText()).isEqualTo("fra");
        for (JsonNode stream : description.path("streams")) {
            assertThat(stream.path("start_time").asDouble()).isZero();
            assertThat(stream.path("duration").asDouble()).isCloseTo(4, within(0.03));
        }
        assertThat(description.path("format").path("tags").path("title").asText())
                .isEqualTo("La mer se lève");
        assertThat(Files.size(video)).isLessThan(3_000_000);
        String bytes = Files.readString(video, StandardCharsets.ISO_8859_1);
        assertThat(bytes.indexOf("moov")).isPositive().isLessThan(bytes.indexOf("mdat"));
        assertThat(bytes).doesNotContain("elst");
    }

    @Test
    void itsSoundHasTheLoudnessOfThePlatforms() throws Exception {
        double[] loudness = new Film(render(Map.of("soundtrack", "upbeat"), "en")).loudness();

        assertThat(loudness[0]).as("LUFS").isCloseTo(-14, within(0.7));
        assertThat(loudness[1]).as("true peak, dB").isLessThanOrEqualTo(-1);
    }

    /** The soundtracks whose peaks an encoder raised most. */
    @ParameterizedTest
    @CsvSource({"BRIGHT, seed 0BRIGHT8", "UPBEAT, seed 0UPBEAT8"})
    void encodingKeepsThePeaksOfTheSound(Mood mood, String seed) throws Exception {
        Path sound = root.resolve("sound.wav");
        Path video = root.resolve("sound.mp4");
        Soundtrack.write(mood, Seeds.of(seed), List.of(1.7333333333333334, 4.0, 5.833333333333333), 8, sound);
        VideoWriter.Extras extras = new VideoWriter.Extras(sound, "", "und", "");
        try (VideoWriter writer = new VideoWriter(Film.tools(), video, 64, 64, 30, extras)) {
            for (int i = 0; i < 8 * 30; i++) {
                writer.write(new int[64 * 64]);
            }
            writer.finish();
        }

        double[] loudness = new Film(video).loudness();

        assertThat(loudness[0]).as("LUFS").isCloseTo(-14, within(0.3));
        assertThat(loudness[1]).as("true peak, dB").isLessThanOrEqualTo(-2);
    }

    @Test
    void theClientCanDoWithoutSound() throws Exception {
        Film film = new Film(render(Map.of("soundtrack", "none"), "en"));

        assertThat(film.description().path("streams")).hasSize(1);
    }

    @Test
    void anUnknownSoundtrackIsNamed() {
        Map<String, Object> job = Map.of("metadata", Map.of("soundtrack", "loud"));

        assertThatThrownBy(() -> new OptionsStage().check(job, Formats.preset("quick_social")))
                .isInstanceOfSatisfying(
                        PermanentStageException.class,
                        fault -> assertThat(fault.errorCode()).isEqualTo("METADATA_INVALID"))
                .hasMessageContaining("metadata.soundtrack must be one of auto, none, calm, bright");
    }

    /** The API checks submissions by the schema, and the pipeline by its own rules. */
    @Test
    void theSchemaOfTheMetadataHasTheKeysThatAreRead() {
        Map<?, ?> keys =
                (Map<?, ?>) BuiltInPresets.named("quick_social").metadata().get("properties");
        List<String> moods = ((List<?>) ((Map<?, ?>) keys.get("soundtrack")).get("enum"))
                .stream().filter(Objects::nonNull).map(String.class::cast).toList();
        Set<?> brand = ((Map<?, ?>) ((Map<?, ?>) keys.get("brand")).get("properties")).keySet();

        assertThat(keys.keySet()).map(String::valueOf).containsExactlyInAnyOrder("soundtrack", "brand");
        assertThat(String.join(", ", moods)).isEqualTo(Wishes.SOUNDTRACKS);
        assertThat(brand)
                .allSatisfy(key -> assertThatThrownBy(
                                () -> Brand.of(Map.of(key, 1), "metadata.brand", "METADATA_INVALID"))
                        .hasMessageContaining("metadata.brand.%s must be ".formatted(key)));
    }

    @Test
    void theAlternativeTextSaysWhatThePosterShows() {
        List<Scene> scenes = List.of(
                new Scene("The sea\nat dawn", 0, 1), new Scene("It sings.", 1, 2), new Scene("x".repeat(300), 2, 3));

        assertThat(DeliverStage.alt(scenes)).isEqualTo("The sea at dawn It sings.");
    }

    private Path render(Map<String, Object> metadata, String language) throws Exception {
        Storyboard board = new Storyboard(
                List.of(new Scene("La mer se lève", 0, 1.6), new Scene("Et le jour aussi.", 1.6, 4)), false);
        Map<String, Object> job = new LinkedHashMap<>(RenderProbe.job("quick_social", "La mer se lève", 4));
        job.putAll(Map.of("storyboard", board.toMap(), "metadata", metadata, "lang", language));
        RenderStage stage =
                new RenderStage(new ArtifactStore(root), Film.tools(), (jobId, attempt, name, percent) -> {});
        Map<?, ?> files = (Map<?, ?>)
                stage.render(job, Formats.preset("quick_social"), "job", 1).get("render");
        return Path.of((String) files.get("video"));
    }
}
