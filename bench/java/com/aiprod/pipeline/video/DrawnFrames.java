package com.aiprod.pipeline.video;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** The frames of a film before they are encoded. */
final class DrawnFrames {

    private DrawnFrames() {}

    /**
     * Draws frames into a file, one after the other.
     *
     * @param job with its storyboard
     * @param every the distance from one drawn frame to the next; 1 for all
     * @param pack turns the RGB pixels of a frame into the bytes to write
     */
    static void write(Map<String, Object> job, Format format, int every, Path file, Function<int[], byte[]> pack)
            throws IOException, InterruptedException {
        FramePainter painter = FramePainter.of(job, format);
        BufferedImage picture = new BufferedImage(format.width(), format.height(), BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
        int frames = ((Number) job.get("duration_sec")).intValue() * format.frameRate();
        try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < frames; i += every) {
                painter.paint(picture, i / (double) format.frameRate());
                out.write(pack.apply(pixels));
            }
        }
    }
}
