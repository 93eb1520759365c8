package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.FontBook.Face;
import com.aiprod.pipeline.video.Typesetter.Box;

/**
 * The text layout and motion of a format; times in seconds, lengths in pixels.
 *
 * @param scale pixels for each pixel of the size that the style was drawn for
 * @param letterbox height of the black bar at the top and of the one at the bottom
 * @param margin distance between text and the sides of the picture
 * @param top distance between text and the upper edge, or the letterbox
 * @param bottom distance between text and the lower edge, or the letterbox
 * @param reveal how long a line takes to appear
 * @param stagger delay between the appearance of two lines
 * @param leave how long a text takes to disappear
 */
record Look(
        Face face,
        boolean centered,
        double scale,
        int letterbox,
        double margin,
        double top,
        double bottom,
        Box title,
        Box text,
        double reveal,
        double stagger,
        double leave,
        float motifOpacity) {

    /** The share of the height where apps draw their own text and buttons over vertical videos. */
    static final double APP_TOP = 0.14;

    static final double APP_BOTTOM = 0.35;

    /** The height of the rule above a text, with its gap, as a multiple of the letter size. */
    static final double RULE = 0.55;

    /** The height of a logo, and of the gap between it and the text, as a share of the shorter side of the picture. */
    static final double LOGO = 0.075;

    static final double LOGO_GAP = 0.04;

    /** Lays out a format; {@code logo} keeps room below the text. */
    static Look of(Format format, boolean logo) {
        double room = logo ? (LOGO + LOGO_GAP) * Math.min(format.width(), format.height()) : 0;
        return switch (format.style()) {
            case SOCIAL -> social(format.width(), format.height(), room);
            case BRAND -> brand(format.width(), format.height(), room);
            case CINEMA -> cinema(format.width(), format.height());
        };
    }

    /** Whether apps show such a video on the whole screen of a phone, below their own buttons. */
    private static boolean isVertical(int width, int height) {
        return height >= 1.6 * width;
    }

    private static Look social(int width, int height, double room) {
        double scale = Math.min(width, height) / 720.0;
        double margin = 60 * scale;
        boolean vertical = isVertical(width, height);
        double top = height * (vertical ? APP_TOP : 0.10);
        double bottom = height * (vertical ? APP_BOTTOM : 0.06) + room;
        Box title = box(scale, width - 2 * margin, height - top - bottom, 5, 112, 44, 1.14);
        Box text = box(scale, width - 2 * margin, height - top - bottom, 5, 88, 44, 1.18);
        return new Look(Face.LOUD, false, scale, 0, margin, top, bottom, title, text, 0.55, 0.10, 0.28, 0.75f);
    }

    private static Look brand(int width, int height, double room) {
        double scale = Math.min(width / 1280.0, height / 720.0);
        double margin = 88 * scale;
        double inner = Math.min(720 * scale, width - 2 * margin);
        double high = 535 * scale - room;
        Box title = box(scale, inner, high, 4, 100, 38, 1.14);
        Box text = box(scale, inner, high, 4, 78, 38, 1.2);
        return new Look(Face.CALM, false, scale, 0, margin, 0, room, title, text, 0.85, 0.18, 0.40, 0.85f);
    }

    private static Look cinema(int width, int height) {
        double scale = Math.min(width / 1920.0, height / 1080.0);
        double margin = 240 * scale;
        int letterbox = (int) Math.round(138.0 * height / 1080);
        double inner = Math.min(1440 * scale, width - 2 * margin);
        double high = 540 * scale;
        Box title = new Box(inner, high, 3, 136 * scale, 54 * scale, 1.18);
        Box text = new Box(inner, high, 3, 108 * scale, 54 * scale, 1.24);
        return new Look(Face.FILM, true, scale, letterbox, margin, 0, 0, title, text, 1.5, 0.45, 0.8, 0.5f);
    }

    /** A box that leaves room for the rule above its largest letters. */
    private static Box box(
            double scale, double width, double height, int lines, double largest, double smallest, double leading) {
        double room = height - RULE * largest * scale;
        return new Box(width, Math.min(room, 640 * scale), lines, largest * scale, smallest * scale, leading);
    }
}
