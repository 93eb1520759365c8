package com.aiprod.pipeline.video;

import com.aiprod.pipeline.job.Preset;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.BufferedOutputStream;
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
        Preset preset = Preset.byId((String) job.get("preset")).orElseThrow();
        int seconds = ((Number) job.get("duration_sec")).intValue();
        Path frames = folder.resolve("frames.yuv");
        draw(job, preset, seconds * preset.frameRate(), frames);
        long started = System.nanoTime();
        List<FfmpegProcess> encoders = new ArrayList<>();
        for (int i = 0; i < atATime; i++) {
            List<String> command = VideoWriter.command(
                    folder.resolve("bare-" + i + ".mp4"), preset.width(), preset.height(), preset.frameRate());
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

    private static void draw(Map<String, Object> job, Preset preset, int frames, Path file)
            throws IOException, InterruptedException {
        FramePainter painter = new FramePainter(
                preset,
                (String) job.get("content"),
                (String) job.get("lang"),
                Storyboard.of(job).scenes());
        BufferedImage picture = new BufferedImage(preset.width(), preset.height(), BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
        byte[] yuv = new byte[Yuv.size(preset.width(), preset.height())];
        try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < frames; i++) {
                painter.paint(picture, i / (double) preset.frameRate());
                Yuv.convert(pixels, preset.width(), yuv);
                out.write(yuv);
            }
        }
    }
}
