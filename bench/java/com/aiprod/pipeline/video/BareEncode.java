package com.aiprod.pipeline.video;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** FFmpeg alone, with a film's own arguments and frames that were drawn before: what a renderer could reach at best. */
public final class BareEncode {

    private BareEncode() {}

    /**
     * Seconds of video that a second makes.
     *
     * @param job with its storyboard
     * @param atATime how many FFmpegs encode the film, each the whole of it
     */
    public static double madePerSecond(Map<String, Object> job, VideoTools tools, Path folder, int atATime)
            throws IOException, InterruptedException {
        Format format = Formats.of((String) job.get("preset"));
        int seconds = ((Number) job.get("duration_sec")).intValue();
        Path frames = folder.resolve("frames.yuv");
        Yuv converter = new Yuv(format.width());
        byte[] yuv = new byte[Yuv.size(format.width(), format.height())];
        DrawnFrames.write(job, format, 1, frames, pixels -> {
            converter.convert(pixels, yuv);
            return yuv;
        });
        long started = System.nanoTime();
        List<FfmpegProcess> encoders = new ArrayList<>();
        for (int i = 0; i < atATime; i++) {
            List<String> command = VideoWriter.command(
                    folder.resolve("bare-" + i + ".mp4"),
                    format.width(),
                    format.height(),
                    format.frameRate(),
                    VideoWriter.Extras.NONE);
            Collections.replaceAll(command, "pipe:0", frames.toString());
            encoders.add(tools.start(command));
        }
        for (FfmpegProcess encoder : encoders) {
            encoder.await();
            if (!encoder.succeeded()) {
                throw new IOException(encoder.toString());
            }
            encoder.close();
        }
        double wall = (System.nanoTime() - started) / 1e9;
        Files.delete(frames);
        return atATime * seconds / wall;
    }
}
