package com.aiprod.pipeline.video;

import static com.aiprod.pipeline.video.Motif.eased;

import com.aiprod.pipeline.video.Typesetter.Block;
import com.aiprod.pipeline.video.brand.Brand;
import com.ibm.icu.util.ULocale;
import java.awt.AlphaComposite;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.ArrayList;
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
    private final List<Scene> shots;
    private final List<Block> blocks;
    private final Timeline timeline;
    private final TextLayer texts;
    private final ProgressBar progress;
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
                Storyboard.of(job),
                Wishes.of(job).brand());
    }

    FramePainter(Format format, String content, String language, List<Scene> scenes) throws InterruptedException {
        this(format, content, language, new Storyboard(scenes, false), Brand.NONE);
    }

    /**
     * Typesets the text of every scene, which is the slow part of the preparation.
     *
     * @param content the whole text; selects the look, unless there is a brand
     * @param language language of the text, BCP 47
     * @throws InterruptedException if the thread is interrupted
     */
    FramePainter(Format format, String content, String language, Storyboard board, Brand brand)
            throws InterruptedException {
        this.format = format;
        this.look = Look.of(format, brand.logo().isPresent());
        this.shots = board.shots();
        ULocale locale = ULocale.forLanguageTag(language);
        Typesetter typesetter = new Typesetter(new FontBook(look.face(), locale), locale, look.centered());
        boolean logoOnCard = board.endCard() != null && brand.logo().isPresent();
        this.blocks = new ArrayList<>(typesetter.set(titled(board, logoOnCard), look.title(), look.text()));
        if (logoOnCard) {
            blocks.add(typesetter.beside(board.endCard().text(), look.title(), blocks.get(0)));
        }
        boolean closed = board.endCard() != null
                && !logoOnCard
                && board.endCard().text().equals(shots.get(0).text());
        this.timeline = new Timeline(look, shots, blocks.get(0), closed);
        this.length = timeline.length();
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
        this.mark = brand.logo().map(logo -> LogoMark.small(logo, format, look, palette, mirrored));
        Optional<LogoMark> large =
                brand.logo().filter(logo -> logoOnCard).map(logo -> LogoMark.large(logo, format, look, palette));
        this.texts = new TextLayer(format, look, palette, aboveText(), timeline, blocks, large);
        this.progress = new ProgressBar(format, look, palette, board.scenes(), mirrored);
    }

    /** The first text is a title if none is marked as one. The text of the end card is one, unless a logo is. */
    private static List<Scene> titled(Storyboard board, boolean logoOnCard) {
        List<Scene> titled = new ArrayList<>(board.scenes());
        Scene first = titled.get(0);
        if (titled.stream().noneMatch(Scene::heading) && first.text().indexOf('\n') < 0) {
            titled.set(0, first.asHeading());
        }
        if (board.endCard() != null && !logoOnCard) {
            titled.add(board.endCard().asHeading());
        }
        return titled;
    }

    /**
     * Paints the frame for a point in time.
     *
     * @param frame image of type {@code TYPE_INT_RGB} and the preset's size; rows of the letterbox are not changed
     * @param seconds seconds since the start of the video
     */
    void paint(BufferedImage frame, double seconds) {
        int index = timeline.shotAt(seconds);
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
            mark.ifPresent(logo -> logo.draw(g, 1 - texts.cardShown(seconds)));
            texts.draw(g, pictureHeight, seconds);
            progress.draw(g, pictureHeight, seconds, index);
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

    /** The number of scenes passed, with a smooth transition around each cut. */
    private double turn(double seconds, int index) {
        double glide = Math.min(look.reveal() * 2.2, shots.get(index).seconds());
        double since = seconds - shots.get(index).start();
        return index == 0 ? 0 : index - 1 + eased(since / glide);
    }

    /**
     * How far the picture behind the text has become the one before the first frame, from 0 to 1: players repeat short
     * videos, and the last frame must lead to the first.
     */
    private double dissolved(double seconds) {
        double span = Math.min(DISSOLVE, length / 4);
        return eased((seconds - length + span) / span);
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

    /** The share of the free height above the text: portrait text leaves room for the motif. */
    private double aboveText() {
        return format.style() != Format.Style.SOCIAL ? 0.5 : motifLow() ? 0.38 : 0.58;
    }

    private boolean motifLow() {
        return motif == Motif.WAVES || traits.get(7) < 0.5;
    }
}
