package com.aiprod.pipeline.video;

import com.aiprod.pipeline.artifact.StorageFull;
import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.stage.StageBean;
import com.aiprod.pipeline.stage.TransientStageException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;

/** Opens the rendered files as a player would, and compares them with the request. */
@StageBean
public class CheckStage {

    static final double DURATION_TOLERANCE = 0.2;
    private static final double CAPTION_TOLERANCE = 0.05;

    /** The minimum difference between the darkest and lightest pixel (0 to 255) of a frame that is not blank. */
    private static final int LEAST_CONTRAST = 60;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final VideoTools tools;
    private final Progress progress;

    /** Creates the stage with its tools and progress receiver. */
    public CheckStage(VideoTools tools, Progress progress) {
        this.tools = tools;
        this.progress = progress;
    }

    /**
     * Checks the rendered job and returns it unchanged.
     *
     * @throws TransientStageException {@code VIDEO_UNREADABLE} if the video cannot be opened or read
     * @throws PermanentStageException {@code VIDEO_WRONG} if duration, size, frame rate, frames, or captions do not
     *     match the request; rendering again would not change that
     */
    public Map<String, Object> check(
            @Body Map<String, Object> job,
            @Variable("preset") Map<String, Object> preset,
            @Header("jobId") String jobId,
            @Header("attempt") int attempt)
            throws IOException, InterruptedException {
        progress.report(jobId, attempt, "check", 0);
        Format format = Format.of(preset);
        double duration = ((Number) job.get("duration_sec")).doubleValue();
        List<Scene> scenes = Storyboard.of(job).scenes();
        Map<?, ?> files = (Map<?, ?>) job.get("render");
        Path captions = Path.of((String) files.get("captions"));
        checkCaptions(
                Captions.read(Files.readString(captions)),
                Captions.cues(scenes, String.valueOf(job.getOrDefault("lang", "en"))),
                duration);
        checkVideo(Path.of((String) files.get("video")), format, duration, scenes);
        if (Files.size(Path.of((String) files.get("poster"))) == 0) {
            throw wrong("the poster is empty");
        }
        progress.report(jobId, attempt, "check", 100);
        return job;
    }

    private void checkVideo(Path video, Format format, double duration, List<Scene> scenes)
            throws IOException, InterruptedException {
        Path scratch = tools.makeScratchFolder("check");
        try {
            JsonNode stream = describe(video, scratch.resolve("stream.json"));
            double found = stream.path("duration").asDouble();
            require(
                    Math.abs(found - duration) <= DURATION_TOLERANCE,
                    "its duration is " + found + " s instead of " + duration + " s");
            int width = stream.path("width").asInt();
            int height = stream.path("height").asInt();
            require(
                    width == format.width() && height == format.height(),
                    "its size is " + width + " by " + height + " pixels");
            String rate = stream.path("avg_frame_rate").asText();
            require(rate.equals(format.frameRate() + "/1"), "its frame rate is " + rate + " frames per second");
            List<Double> middles = Stream.of(0, scenes.size() / 2, scenes.size() - 1)
                    .map(scenes::get)
                    .map(scene -> (scene.start() + scene.end()) / 2)
                    .toList();
            byte[] pictures = pictures(video, middles, scratch.resolve("pictures"));
            int size = width * height;
            for (int i = 0; i < middles.size(); i++) {
                require(pictures.length >= (i + 1) * size, "it has no frame at " + middles.get(i) + " s");
                require(
                        contrast(pictures, i * size, width, height) >= LEAST_CONTRAST,
                        "the frame is blank at " + middles.get(i) + " s");
            }
        } finally {
            tools.discard(scratch);
        }
    }

    private JsonNode describe(Path video, Path answer) throws IOException, InterruptedException {
        run(List.of(
                "ffprobe",
                "-v",
                "error",
                "-select_streams",
                "v:0",
                "-show_entries",
                "stream=width,height,avg_frame_rate,duration",
                "-of",
                "json",
                "-o",
                answer.toString(),
                video.toString()));
        return JSON.readTree(answer.toFile()).path("streams").path(0);
    }

    /** Extracts the frames at these times, or the ones shortly after, one byte per pixel. */
    private byte[] pictures(Path video, List<Double> times, Path answer) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error"));
        StringBuilder filter = new StringBuilder();
        for (int i = 0; i < times.size(); i++) {
            // On the way from the key frame, frames that no other depends on need not be decoded.
            command.addAll(List.of("-threads", "1", "-skip_frame", "noref"));
            command.addAll(List.of("-ss", times.get(i).toString(), "-i", video.toString()));
            filter.append("[%1$d:v]trim=end_frame=1[p%1$d];".formatted(i));
        }
        for (int i = 0; i < times.size(); i++) {
            filter.append("[p%s]".formatted(i));
        }
        filter.append("concat=n=%s,format=gray".formatted(times.size()));
        command.addAll(List.of("-filter_complex", filter.toString(), "-f", "rawvideo", answer.toString()));
        run(command);
        return Files.readAllBytes(answer);
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        try (FfmpegProcess process = tools.start(command)) {
            process.await();
            if (process.succeeded()) {
                return;
            }
            IOException fault = new IOException(process.toString());
            if (StorageFull.isNamedIn(fault.getMessage())) {
                throw fault;
            }
            throw new TransientStageException("VIDEO_UNREADABLE", "The rendered video cannot be read", fault);
        }
    }

    private static int contrast(byte[] pictures, int start, int width, int height) {
        int darkest = 255;
        int lightest = 0;
        for (int y = 0; y < height; y += 2) {
            for (int x = 0; x < width; x += 2) {
                int value = pictures[start + y * width + x] & 0xff;
                darkest = Math.min(darkest, value);
                lightest = Math.max(lightest, value);
            }
        }
        return lightest - darkest;
    }

    private static void checkCaptions(List<Scene> cues, List<Scene> scenes, double duration) {
        require(cues.size() == scenes.size(), "it has " + cues.size() + " captions instead of " + scenes.size());
        double before = 0;
        for (int i = 0; i < cues.size(); i++) {
            Scene cue = cues.get(i);
            Scene scene = scenes.get(i);
            require(
                    Math.abs(cue.start() - scene.start()) <= CAPTION_TOLERANCE
                            && Math.abs(cue.end() - scene.end()) <= CAPTION_TOLERANCE
                            && cue.start() >= before - CAPTION_TOLERANCE
                            && cue.end() > cue.start()
                            && cue.end() <= duration + DURATION_TOLERANCE,
                    "caption " + (i + 1) + " does not match the storyboard");
            before = cue.end();
        }
    }

    private static void require(boolean condition, String fault) {
        if (!condition) {
            throw wrong(fault);
        }
    }

    private static PermanentStageException wrong(String fault) {
        return new PermanentStageException("VIDEO_WRONG", "The rendered video does not match the request: " + fault);
    }
}
