package com.aiprod.pipeline.video;

import static com.aiprod.pipeline.video.Motif.eased;

import com.aiprod.pipeline.video.Timeline.Shown;
import com.aiprod.pipeline.video.Typesetter.Block;
import com.aiprod.pipeline.video.Typesetter.Line;
import java.awt.AlphaComposite;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.Paint;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.List;
import java.util.Optional;

/**
 * Draws the texts of a video: line by line they appear in reading direction, and leave together.
 *
 * @param above the share of the free height above a text
 * @param blocks the texts of the scenes and of the end card
 * @param logo the logo of the end card, which is then the last of the texts; else empty
 */
record TextLayer(
        Format format,
        Look look,
        Palette palette,
        double above,
        Timeline timeline,
        List<Block> blocks,
        Optional<LogoMark> logo) {

    /** Draws what is on the screen at a time onto the picture, whose origin is below the letterbox. */
    void draw(Graphics2D g, int height, double seconds) {
        Shown shown = timeline.at(seconds);
        Block block = blocks.get(shown.index());
        Optional<LogoMark> mark = isCard(shown) ? logo : Optional.empty();
        double gone = eased(timeline.left(shown));
        double over = mark.map(LogoMark::height).orElse(look.centered() ? 0.0 : block.size() * Look.RULE);
        double gap = mark.isPresent() && !block.lines().isEmpty() ? block.size() * 0.6 : 0;
        double free = height - look.top() - look.bottom() - block.height() - over - gap;
        double top = look.top() + free * above + over + gap;
        AffineTransform still = g.getTransform();
        if (look.centered()) {
            double zoom = 1 + 0.03 * shown.since() / shown.seconds();
            g.translate(format.width() / 2.0, height / 2.0);
            g.scale(zoom, zoom);
            g.translate(-format.width() / 2.0, -height / 2.0);
        }
        if (mark.isPresent()) {
            double visible = easedOut(timeline.appeared(shown, 0)) * (1 - gone);
            mark.get().draw(g, startOf(mark.get().width(), block), top - gap - over, visible);
        } else if (!look.centered()) {
            drawRule(g, block, top - over, shown.since() / shown.pace(), gone);
        }
        for (int i = 0; i < block.lines().size(); i++) {
            double appeared = easedOut(timeline.appeared(shown, mark.isPresent() ? i + 1 : i));
            double rise = (1 - appeared) * block.size() * 0.28 - gone * block.size() * 0.18;
            drawLine(g, block, i, top + rise, appeared, gone);
        }
        g.setTransform(still);
        g.setComposite(AlphaComposite.SrcOver);
    }

    /** How much of the end card's logo is on the screen, from 0 to 1. */
    double cardShown(double seconds) {
        Shown shown = timeline.at(seconds);
        return logo.isPresent() && isCard(shown)
                ? easedOut(timeline.appeared(shown, 0)) * (1 - eased(timeline.left(shown)))
                : 0;
    }

    private boolean isCard(Shown shown) {
        return logo.isPresent() && shown.index() == blocks.size() - 1;
    }

    private void drawLine(Graphics2D g, Block block, int number, double top, double shown, double gone) {
        Line line = block.lines().get(number);
        AffineTransform before = g.getTransform();
        g.translate(startOf(line.width(), block), top + block.ascent() + number * block.leading());
        g.setComposite(AlphaComposite.SrcOver.derive((float) (1 - gone)));
        g.setPaint(wipe(line.outline().getBounds2D(), shown, block.rightToLeft()));
        g.fill(line.outline());
        for (Emoji.Placed emoji : line.emoji()) {
            double place = emoji.box().getCenterX() / line.width();
            double reached = shown * 1.35 - (block.rightToLeft() ? 1 - place : place);
            double visible = shown >= 1 ? 1 : Math.min(Math.max(reached / 0.35, 0), 1);
            g.setComposite(AlphaComposite.SrcOver.derive((float) (visible * (1 - gone))));
            emoji.draw(g);
        }
        g.setTransform(before);
    }

    private double startOf(double width, Block block) {
        if (look.centered()) {
            return (format.width() - width) / 2;
        }
        return block.rightToLeft() ? format.width() - look.margin() - width : look.margin();
    }

    private void drawRule(Graphics2D g, Block block, double y, double since, double gone) {
        double width = format.width() * 0.11 * easedOut(since / look.reveal());
        double height = Math.max(5 * look.scale(), block.size() * 0.085);
        double x = block.rightToLeft() ? format.width() - look.margin() - width : look.margin();
        g.setColor(palette.accent());
        g.setComposite(AlphaComposite.SrcOver.derive((float) (1 - gone)));
        g.fill(new RoundRectangle2D.Double(x, y - height, width, height, height, height));
    }

    /** The text color up to a soft edge that moves in reading direction, transparent beyond it. */
    private Paint wipe(Rectangle2D ink, double shown, boolean rightToLeft) {
        if (shown >= 1) {
            return palette.text();
        }
        double soft = Math.max(ink.getWidth() * 0.35, 40 * look.scale());
        double edge = (ink.getWidth() + soft) * shown;
        float from = (float) (rightToLeft ? ink.getMaxX() - edge + soft : ink.getMinX() + edge - soft);
        float to = (float) (rightToLeft ? ink.getMaxX() - edge : ink.getMinX() + edge);
        Color text = palette.text();
        Color clear = new Color(text.getRed(), text.getGreen(), text.getBlue(), 0);
        return new LinearGradientPaint(from, 0, to, 0, new float[] {0, 1}, new Color[] {text, clear});
    }

    /** Eases out; from 0 to 1. */
    private static double easedOut(double part) {
        double left = 1 - Math.min(Math.max(part, 0), 1);
        return 1 - left * left * left * left;
    }
}
