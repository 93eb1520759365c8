package com.aiprod.pipeline.video;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How close a film is to the drawn frames, measured on some decoded frames.
 *
 * @param psnr PSNR of the luma, in dB
 * @param band deviation of the means of 8-by-8 pixel blocks, in luma steps (root mean square): an encoder
 *     that drops the dither of a gradient leaves bands, whose means deviate by up to half a step
 * @param flat blocks per thousand that have a single luma value but had several when drawn
 */
public record FilmQuality(double psnr, double band, double flat) {

    private static final int EVERY = 12;
    private static final int BLOCK = 8;

    /** Compares every twelfth frame. */
    public static FilmQuality of(Path film, Map<String, Object> job, VideoTools tools, Path folder)
            throws IOException, InterruptedException {
        Format format = Formats.of((String) job.get("preset"));
        Path drawn = folder.resolve("drawn.rgb");
        Path expected = folder.resolve("expected.y");
        Path seen = folder.resolve("seen.y");
        ByteBuffer bytes = ByteBuffer.allocate(format.width() * format.height() * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        DrawnFrames.write(job, format, EVERY, drawn, pixels -> {
            bytes.asIntBuffer().put(pixels);
            return bytes.array();
        });
        String size = "%dx%d".formatted(format.width(), format.height());
        run(
                tools,
                ("ffmpeg -v error -y -f rawvideo -pixel_format bgr0 -video_size " + size + " -i").split(" "),
                drawn,
                "-vf scale=in_range=full:out_range=limited:out_color_matrix=bt709,format=yuv420p,extractplanes=y"
                        .split(" "),
                expected);
        run(
                tools,
                "ffmpeg -v error -y -i".split(" "),
                film,
                ("-vf select=not(mod(n\\," + EVERY + ")),extractplanes=y -fps_mode passthrough").split(" "),
                seen);
        FilmQuality found =
                compare(Files.readAllBytes(expected), Files.readAllBytes(seen), format.width(), format.height());
        Files.delete(drawn);
        return found;
    }

    private static void run(VideoTools tools, String[] first, Path input, String[] then, Path output)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(first));
        command.add(input.toString());
        command.addAll(List.of(then));
        command.addAll(List.of("-f", "rawvideo", output.toString()));
        try (FfmpegProcess process = tools.start(command)) {
            process.await();
            if (!process.succeeded()) {
                throw new IOException(process.toString());
            }
        }
    }

    private static FilmQuality compare(byte[] expected, byte[] seen, int width, int height) {
        if (expected.length != seen.length) {
            throw new IllegalStateException("%d bytes drawn, %d seen".formatted(expected.length, seen.length));
        }
        double squares = 0;
        double means = 0;
        int flat = 0;
        int blocks = 0;
        for (int start = 0; start < seen.length; start += width * height) {
            for (int top = 0; top + BLOCK <= height; top += BLOCK) {
                for (int left = 0; left + BLOCK <= width; left += BLOCK) {
                    int at = start + top * width + left;
                    int sum = 0;
                    boolean one = true;
                    boolean several = false;
                    for (int i = 0; i < BLOCK * BLOCK; i++) {
                        int pixel = at + i / BLOCK * width + i % BLOCK;
                        int difference = (seen[pixel] & 0xff) - (expected[pixel] & 0xff);
                        squares += difference * difference;
                        sum += difference;
                        one &= seen[pixel] == seen[at];
                        several |= expected[pixel] != expected[at];
                    }
                    double mean = sum / (double) (BLOCK * BLOCK);
                    means += mean * mean;
                    flat += one && several ? 1 : 0;
                    blocks++;
                }
            }
        }
        double error = squares / ((double) blocks * BLOCK * BLOCK);
        return new FilmQuality(10 * Math.log10(255 * 255 / error), Math.sqrt(means / blocks), flat * 1000.0 / blocks);
    }
}
