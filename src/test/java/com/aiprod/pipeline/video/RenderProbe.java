package com.aiprod.pipeline.video;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.artifact.StorageFull;
import com.aiprod.pipeline.stage.PermanentStageException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Renders videos in a separate process and prints the result of each. */
final class RenderProbe {

    private RenderProbe() {}

    /**
     * Prints {@code rendered} or the fault for each set of places.
     *
     * @param arguments preset, content, and seconds, then sets of places: artifacts folder, scratch folder, and blank
     *     or another FFmpeg
     */
    public static void main(String[] arguments) throws Exception {
        Map<String, Object> job = job(arguments[0], arguments[1], Integer.parseInt(arguments[2]));
        for (int i = 3; i < arguments.length; i += 3) {
            String[] place = Arrays.copyOfRange(arguments, i, i + 3);
            VideoTools tools = new VideoTools(place[2], Path.of(place[1]));
            try {
                new RenderStage(new ArtifactStore(Path.of(place[0])), tools, (jobId, attempt, stage, percent) -> {})
                        .render(job, Formats.preset(arguments[0]), "job", 1);
                System.out.println("rendered");
            } catch (Exception e) {
                Exception named = StorageFull.named(e);
                System.out.println(named instanceof PermanentStageException fault ? fault.errorCode() : named);
            } finally {
                tools.destroy();
            }
        }
    }

    /** Returns a job with one scene. */
    static Map<String, Object> job(String preset, String content, int seconds) {
        Storyboard board = new Storyboard(List.of(new Scene(content, 0, seconds)), false);
        return Map.of(
                "content", content,
                "preset", preset,
                "lang", "en",
                "duration_sec", seconds,
                "storyboard", board.toMap());
    }
}
