package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A video as a viewer's program sees it. */
public final class Film {

    private static final VideoTools TOOLS = new VideoTools("", Path.of(System.getProperty("java.io.tmpdir")));

    private final Path file;

    /** The video in this file. */
    public Film(Path file) {
        this.file = file;
    }

    /** FFmpeg as it comes along, with its scratch folder where it is by default. */
    static VideoTools tools() {
        return TOOLS;
    }

    /** What ffprobe says of the picture's stream. */
    public JsonNode stream() throws IOException, InterruptedException {
        return probe("stream").path("streams").path(0);
    }

    /** What ffprobe says of each frame, decoding all of them. */
    public JsonNode frames() throws IOException, InterruptedException {
        return probe("frame=key_frame,pts_time").path("frames");
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
     * Decoded frames, one after the other.
     *
     * @param format FFmpeg's name, e.g. {@code rgb24}
     * @param from the first frame's number, from 0
     * @param to the number after the last one's
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
