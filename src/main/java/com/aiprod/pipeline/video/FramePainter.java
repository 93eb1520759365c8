package com.aiprod.pipeline.video;

import static com.aiprod.pipeline.video.Motif.eased;

import com.aiprod.pipeline.video.Typesetter.Block;
import com.aiprod.pipeline.video.Typesetter.Line;
import com.aiprod.pipeline.video.brand.Brand;
import com.ibm.icu.util.ULocale;
import java.awt.AlphaComposite;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.Paint;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Draws the frames of one video. The brand selects colors, motif, and flow; without one, the words of the content do,
 * and a hash of it what they leave open. So the same job always looks the same.
 */
final class FramePainter {

    /**
     * A point in time of the picture behind the text.
     *
     * @param seconds seconds since the start of the video
     * @param turn number of scenes passed; a fraction during a transition
     */
    record Moment(double seconds, double turn) {}

    /** Seconds at the end of the video in which its picture becomes the one before the first frame. */
    private static final double DISSOLVE = 1.2;

    private static final List<Motif> MOTIFS = List.of(Motif.values());

    private final Format format;
    private final Look look;
    private final List<Scene> scenes;
    private final List<Block> blocks;
    private final Palette palette;
    private final Backdrop backdrop;
    private final Motif motif;
    private final List<Double> traits;
    private final double length;
    private final boolean mirrored;
    private final Optional<LogoMark> mark;

    /** Prepares the frames of a job with a storyboard. */
    static FramePainter of(Map<String, Object> job, Format format) throws InterruptedException {
        return new FramePainter(
                format,
                (String) job.get("content"),
                (String) job.get("lang"),
                Storyboard.of(job).scenes(),
                Wishes.of(job).brand());
    }

    FramePainter(Format format, String content, String language, List<Scene> scenes) throws InterruptedException {
        this(format, content, language, scenes, Brand.NONE);
    }

    /**
     * Typesets the text of every scene, which is the slow part of the preparation.
     *
     * @param content the whole text; selects the look, unless there is a brand
     * @param language language of the text, BCP 47
     * @throws InterruptedException if the thread is interrupted
     */
    FramePainter(Format format, String content, String language, List<Scene> scenes, Brand brand)
            throws InterruptedException {
        this.format = format;
        this.look = Look.of(format, brand.logo().isPresent());
        this.scenes = scenes;
        this.length = scenes.get(scenes.size() - 1).end();
        ULocale locale = ULocale.forLanguageTag(language);
        this.blocks = new Typesetter(new FontBook(look.face(), locale), locale, look.centered())
                .set(scenes, look.title(), look.text());
        this.mirrored = blocks.get(0).rightToLeft();
        SplittableRandom random = new SplittableRandom(Seeds.of(brand.isGiven() ? brand.seed() : content));
        boolean cinema = look.letterbox() > 0;
        Optional<Theme> theme = brand.isGiven() ? Optional.empty() : Theme.of(content, language);
        this.palette = !brand.colors().isEmpty()
                ? Palette.of(brand.colors())
                : theme.isPresent() ? Palette.draw(random, cinema, theme.get()) : Palette.draw(random, cinema);
        List<Motif> motifs = theme.map(Theme::motifs).orElse(MOTIFS);
        this.motif = motifs.get(random.nextInt(motifs.size()));
        this.traits = random.doubles(8).boxed().toList();
        this.backdrop = new Backdrop(
                format.width(), look.letterbox(), format.height() - look.letterbox(), palette.grounds(), random);
        this.mark = brand.logo().map(logo -> LogoMark.of(logo, format, look, palette, mirrored));
    }

    /**
     * Paints the frame for a point in time.
     *
     * @param frame image of type {@code TYPE_INT_RGB} and the preset's size; rows of the letterbox are not changed
     * @param seconds seconds since the start of the video
     */
    void paint(BufferedImage frame, double seconds) {
        int index = sceneAt(seconds);
        Moment now = new Moment(seconds, turn(seconds, index));
        Moment again = new Moment(seconds - length, 0);
        double dissolved = dissolved(seconds);
        int[] pixels = ((DataBufferInt) frame.getRaster().getDataBuffer()).getData();
        backdrop.paint(pixels, now, again, dissolved);
        Graphics2D g = frame.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            int pictureHeight = format.height() - 2 * look.letterbox();
            g.clipRect(0, look.letterbox(), format.width(), pictureHeight);
            g.translate(0, look.letterbox());
            drawMotif(g, pictureHeight, now, 1 - dissolved);
            if (dissolved > 0) {
                drawMotif(g, pictureHeight, again, dissolved);
            }
            mark.ifPresent(logo -> logo.draw(g));
            drawText(g, pictureHeight, seconds, index);
            drawProgress(g, pictureHeight, seconds, index);
            if (look.letterbox() > 0) {
                fadeFromAndToBlack(g, pictureHeight, seconds);
            }
        } finally {
            g.dispose();
        }
    }

    /** Whether a frame shows emoji in color. */
    boolean hasEmoji() {
        return blocks.stream()
                .flatMap(block -> block.lines().stream())
                .anyMatch(line -> !line.emoji().isEmpty());
    }

    /** The time when the first scene's text is fully visible, for the poster. */
    double posterSeconds() {
        Scene first = scenes.get(0);
        return first.start() + first.seconds() * 0.62;
    }

    private int sceneAt(double seconds) {
        int index = 0;
        while (index < scenes.size() - 1 && seconds >= scenes.get(index).end()) {
            index++;
        }
        return index;
    }

    /** The number of scenes passed, with a smooth transition around each cut. */
    private double turn(double seconds, int index) {
        double glide = Math.min(look.reveal() * 2.2, scenes.get(index).seconds());
        double since = seconds - scenes.get(index).start();
        return index == 0 ? 0 : index - 1 + eased(since / glide);
    }

    /**
     * How far the picture behind the text has become the one before the first frame, from 0 to 1: players repeat short
     * videos, and the last frame must lead to the first. A film with a letterbox fades to black instead.
     */
    private double dissolved(double seconds) {
        double span = Math.min(DISSOLVE, length / 4);
        return look.letterbox() > 0 ? 0 : eased((seconds - length + span) / span);
    }

    private void drawMotif(Graphics2D g, int height, Moment moment, double strength) {
        double seconds = moment.seconds();
        double turn = moment.turn();
        double width = format.width();
        double unit = Math.min(width, height) * 0.92;
        boolean low = motifLow();
        double x = switch (format.style()) {
            case SOCIAL -> width * (traits.get(6) < 0.5 ? 0.14 : 0.86);
            case BRAND -> width * 0.80;
            case CINEMA -> width * (0.5 + (low ? 0.40 : -0.40));
        };
        double y = switch (format.style()) {
            case SOCIAL -> height * (low ? 0.87 : 0.15);
            case BRAND -> height * 0.5;
            case CINEMA -> height * (0.4 + 0.2 * traits.get(6));
        };
        double drift = unit * 0.05;
        x += drift * Math.sin(seconds * 0.21 + 2.1 * turn);
        y += drift * Math.cos(seconds * 0.17 + 1.7 * turn);
        AffineTransform upright = g.getTransform();
        if (mirrored && !look.centered()) {
            g.translate(width, 0);
            g.scale(-1, 1);
        }
        double lift = height * (0.04 * Math.sin(1.3 * turn));
        motif.draw(new Motif.Canvas(
                g,
                palette,
                (float) (look.motifOpacity() * strength),
                width,
                height,
                unit,
                x,
                y,
                lift,
                seconds,
                turn,
                traits));
        g.setTransform(upright);
        g.setComposite(AlphaComposite.SrcOver);
    }

    private void drawText(Graphics2D g, int height, double seconds, int index) {
        Scene scene = scenes.get(index);
        Block block = blocks.get(index);
        double since = seconds - scene.start();
        double pace = Math.min(1, scene.seconds() / (3 * (look.reveal() + look.leave())));
        double gone = eased((since - scene.seconds() + look.leave() * pace) / (look.leave() * pace));
        double ruleGap = look.centered() ? 0 : block.size() * Look.RULE;
        double free = height - look.top() - look.bottom() - block.height() - ruleGap;
        double top = look.top() + free * aboveText() + ruleGap;
        AffineTransform still = g.getTransform();
        if (look.centered()) {
            double zoom = 1 + 0.03 * since / scene.seconds();
            g.translate(format.width() / 2.0, height / 2.0);
            g.scale(zoom, zoom);
            g.translate(-format.width() / 2.0, -height / 2.0);
        } else {
            drawRule(g, block, top - ruleGap, since / pace, gone);
        }
        for (int i = 0; i < block.lines().size(); i++) {
            Line line = block.lines().get(i);
            double shown = easedOut((since / pace - 0.08 - i * look.stagger()) / look.reveal());
            double rise = (1 - shown) * block.size() * 0.28 - gone * block.size() * 0.18;
            AffineTransform before = g.getTransform();
            g.translate(startOf(line, block), top + block.ascent() + i * block.leading() + rise);
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
        g.setTransform(still);
        g.setComposite(AlphaComposite.SrcOver);
    }

    /** The share of the free height above the text: portrait text leaves room for the motif. */
    private double aboveText() {
        return format.style() != Format.Style.SOCIAL ? 0.5 : motifLow() ? 0.38 : 0.58;
    }

    private boolean motifLow() {
        return motif == Motif.WAVES || traits.get(7) < 0.5;
    }

    private double startOf(Line line, Block block) {
        if (look.centered()) {
            return (format.width() - line.width()) / 2;
        }
        return block.rightToLeft() ? format.width() - look.margin() - line.width() : look.margin();
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

    private void drawProgress(Graphics2D g, int height, double seconds, int index) {
        // It jumps from full to empty between the last frame and the first.
        double seen = Math.min(eased(seconds / 0.4), eased((length - seconds) / 0.4));
        double thick = 6 * look.scale();
        switch (format.style()) {
            case SOCIAL -> drawSegments(g, seconds, index, thick, seen);
            case BRAND -> drawTrack(g, 0, height - thick, format.width(), thick, seconds / length, seen);
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

    private void fadeFromAndToBlack(Graphics2D g, int height, double seconds) {
        double span = Math.min(0.9, length / 6);
        double light = Math.min(eased(seconds / span + 0.15), eased((length - seconds) / span));
        if (light < 1) {
            g.setColor(Color.BLACK);
            g.setComposite(AlphaComposite.SrcOver.derive((float) (1 - light)));
            g.fill(new Rectangle2D.Double(0, 0, format.width(), height));
        }
    }

    /** Eases out; from 0 to 1. */
    private static double easedOut(double part) {
        double left = 1 - Math.min(Math.max(part, 0), 1);
        return 1 - left * left * left * left;
    }
}
