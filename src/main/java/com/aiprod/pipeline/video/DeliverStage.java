package com.aiprod.pipeline.video;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.stage.StageBean;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;

/** Moves the files into place and describes them in the result's output. */
@StageBean
public class DeliverStage {

    /** Characters of the longest alternative text that screen readers are known to read whole. */
    private static final int MOST_ALT = 250;

    private final ArtifactStore store;
    private final Progress progress;

    /** Creates the stage with its store and progress receiver. */
    public DeliverStage(ArtifactStore store, Progress progress) {
        this.store = store;
        this.progress = progress;
    }

    /**
     * Delivers the rendered job's files from the attempt's work folder. Returns the output: {@code artifacts} (each
     * with {@code name}, {@code type}, {@code bytes}, {@code url}), {@code title}, {@code lang}, {@code duration_sec},
     * {@code width}, {@code height}, {@code scenes} (the number), {@code truncated}, {@code alt} (the poster's
     * alternative text), and {@code omitted} if it is true.
     */
    public Map<String, Object> deliver(
            @Body Map<String, Object> job,
            @Variable("preset") Map<String, Object> preset,
            @Header("jobId") String jobId,
            @Header("attempt") int attempt)
            throws IOException {
        progress.report(jobId, attempt, "deliver", 0);
        Format format = Format.of(preset);
        Storyboard board = Storyboard.of(job);
        Path folder = store.deliver(jobId, attempt);
        Map<String, Object> output = new LinkedHashMap<>();
        output.put(
                "artifacts",
                List.of(
                        artifact(jobId, folder, RenderStage.VIDEO, "video/mp4"),
                        artifact(jobId, folder, RenderStage.POSTER, "image/png"),
                        artifact(jobId, folder, RenderStage.CAPTIONS, "text/vtt")));
        output.put("title", job.get("title"));
        output.put("lang", job.get("lang"));
        output.put("duration_sec", job.get("duration_sec"));
        output.put("width", format.width());
        output.put("height", format.height());
        output.put("scenes", board.scenes().size());
        output.put("truncated", board.truncated());
        output.put("alt", alt(board.scenes()));
        if (job.get("omitted") != null) {
            output.put("omitted", job.get("omitted"));
        }
        progress.report(jobId, attempt, "deliver", 100);
        return output;
    }

    /** The words of the poster, then those of the other scenes as far as screen readers take them in one go. */
    static String alt(List<Scene> scenes) {
        StringBuilder alt = new StringBuilder(scenes.get(0).text().strip());
        for (Scene scene : scenes.subList(1, scenes.size())) {
            String text = scene.text().strip();
            if (alt.length() + text.length() + 1 > MOST_ALT) {
                break;
            }
            alt.append(' ').append(text);
        }
        return alt.toString().replaceAll("\\s+", " ");
    }

    private static Map<String, Object> artifact(String jobId, Path folder, String name, String type)
            throws IOException {
        Map<String, Object> artifact = new LinkedHashMap<>();
        artifact.put("name", name);
        artifact.put("type", type);
        artifact.put("bytes", Files.size(folder.resolve(name)));
        artifact.put("url", "/pipeline/job/" + jobId + "/artifacts/" + name);
        return artifact;
    }
}
