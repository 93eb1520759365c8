package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A video as a player sees it. */
public final class Film {

    private static final VideoTools TOOLS = new VideoTools("", Path.of(System.getProperty("java.io.tmpdir")));

    private final Path file;

    /** Opens the video file. */
    public Film(Path file) {
        this.file = file;
    }

    /** Returns the bundled FFmpeg with the default scratch folder. */
    static VideoTools tools() {
        return TOOLS;
    }

    /** Returns ffprobe's description of the video stream. */
    public JsonNode stream() throws IOException, InterruptedException {
        return probe("stream").path("streams").path(0);
    }

    /** Returns ffprobe's description of the file: {@code streams} and {@code format}. */
    JsonNode description() throws IOException, InterruptedException {
        return probe("stream:stream_tags:format:format_tags");
    }

    /** The integrated loudness in LUFS and the true peak in dB, as FFmpeg measures them by EBU R 128. */
    double[] loudness() throws InterruptedException {
        List<String> command = List.of(
                "ffmpeg -nostdin -nostats -hide_banner -i FILE -vn -af ebur128=peak=true:framelog=quiet -f null -"
                        .replace("FILE", name())
                        .split(" "));
        try (FfmpegProcess process = TOOLS.start(command)) {
            process.await();
            String said = process.toString();
            return new double[] {number(said, "I:"), number(said, "Peak:")};
        }
    }

    private static double number(String text, String label) {
        String rest = text.substring(text.lastIndexOf(label) + label.length()).strip();
        return Double.parseDouble(rest.split(" ")[0]);
    }

    /** Decodes all frames of the picture and returns ffprobe's description of each. */
    public JsonNode frames() throws IOException, InterruptedException {
        JsonNode frames = probe("frame=media_type,key_frame,pts_time").path("frames");
        ArrayNode pictures = new ObjectMapper().createArrayNode();
        frames.forEach(frame -> {
            if (frame.path("media_type").asText().equals("video")) {
                pictures.add(frame);
            }
        });
        return pictures;
    }

    private JsonNode probe(String entries) throws IOException, InterruptedException {
        Path answer = Files.createTempFile("film-", ".json");
        try {
            run("ffprobe", "-v", "error", "-show_entries", entries, "-of", "json", "-o", answer.toString(), name());
            return new ObjectMapper().readTree(answer.toFile());
        } finally {
            Files.delete(answer);
        }
    }

    /**
     * Returns decoded frames, one after the other.
     *
     * @param format FFmpeg's name of the pixel format, for example {@code rgb24}
     * @param from the number of the first frame, from 0
     * @param to the number after the last frame
     */
    byte[] pictures(String format, int from, int to) throws IOException, InterruptedException {
        Path answer = Files.createTempFile("film-", ".raw");
        try {
            String trim = "trim=start_frame=%d:end_frame=%d".formatted(from, to);
            run(
                    "ffmpeg",
                    "-v",
                    "error",
                    "-y",
                    "-i",
                    name(),
                    "-vf",
                    trim,
                    "-pix_fmt",
                    format,
                    "-f",
                    "rawvideo",
                    answer.toString());
            return Files.readAllBytes(answer);
        } finally {
            Files.delete(answer);
        }
    }

    private String name() {
        return file.toString();
    }

    private static void run(String... command) throws InterruptedException {
        try (FfmpegProcess process = TOOLS.start(List.of(command))) {
            process.await();
            assertThat(process.succeeded()).as(process.toString()).isTrue();
        }
    }
}
