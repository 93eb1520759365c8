package com.aiprod.pipeline.video;

import static com.aiprod.pipeline.video.Motif.eased;

import java.awt.AlphaComposite;
import java.awt.Graphics2D;
import java.awt.geom.RoundRectangle2D;
import java.util.List;

/**
 * Shows how much of the text has been told; it is gone before the end card.
 *
 * @param mirrored whether it runs from right to left
 */
record ProgressBar(Format format, Look look, Palette palette, List<Scene> scenes, boolean mirrored) {

    /** Draws onto the picture, whose origin is below the letterbox; {@code index} is the number of the scene. */
    void draw(Graphics2D g, int height, double seconds, int index) {
        // It jumps from full to empty, and is not part of the first frame, which is the poster.
        double told = scenes.get(scenes.size() - 1).end();
        double seen = Math.min(eased(seconds / 0.4), eased((told - seconds) / 0.4));
        if (seen == 0) {
            return;
        }
        double thick = 6 * look.scale();
        switch (format.style()) {
            case SOCIAL -> drawSegments(g, seconds, index, thick, seen);
            case BRAND -> drawTrack(g, 0, height - thick, format.width(), thick, seconds / told, seen);
            case CINEMA -> {}
        }
    }

    private void drawSegments(Graphics2D g, double seconds, int index, double thick, double seen) {
        double gap = 8 * look.scale();
        double whole = format.width() - 2 * look.margin() + gap;
        for (int i = 0; i < scenes.size(); i++) {
            Scene scene = scenes.get(i);
            double width = whole / scenes.size() - gap;
            int place = mirrored ? scenes.size() - 1 - i : i;
            double part = i < index ? 1 : i > index ? 0 : (seconds - scene.start()) / scene.seconds();
            double x = look.margin() + place * (width + gap);
            drawTrack(g, x, 56 * look.scale(), width, thick, part, seen);
        }
    }

    private void drawTrack(Graphics2D g, double x, double y, double width, double height, double part, double seen) {
        g.setColor(palette.text());
        g.setComposite(AlphaComposite.SrcOver.derive((float) (0.22 * seen)));
        g.fill(new RoundRectangle2D.Double(x, y, width, height, height, height));
        g.setComposite(AlphaComposite.SrcOver.derive((float) (0.9 * seen)));
        double done = width * Math.min(part, 1);
        g.fill(new RoundRectangle2D.Double(mirrored ? x + width - done : x, y, done, height, height, height));
        g.setComposite(AlphaComposite.SrcOver);
    }
}
