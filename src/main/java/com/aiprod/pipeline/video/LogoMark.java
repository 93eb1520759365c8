package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.brand.Logo;
import java.awt.AlphaComposite;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;

/**
 * A logo on the picture.
 *
 * @param x pixels from the left to the logo
 * @param y pixels from the upper edge, or the letterbox, to the logo
 * @param plate the color of the plate behind a logo that could not be seen on the backdrop; null for none
 */
record LogoMark(BufferedImage picture, double x, double y, Color plate) {

    private static final Color WHITE = new Color(0xFAFAFA);
    private static final Color BLACK = new Color(0x141414);

    /** The plate's border, as a share of the logo's height. */
    private static final double BORDER = 0.28;

    /** Places the logo of all scenes at the end of the room that the look keeps for it, where lines start. */
    static LogoMark small(Logo logo, Format format, Look look, Palette palette, boolean mirrored) {
        int shorter = Math.min(format.width(), format.height());
        Color plate = plate(logo, palette);
        double high = Look.LOGO * shorter / (plate == null ? 1 : 1 + 2 * BORDER);
        BufferedImage picture = logo.within((int) (0.34 * shorter), (int) high);
        double border = plate == null ? 0 : BORDER * picture.getHeight();
        double start = look.margin() + border;
        double x = look.centered()
                ? format.width() - 0.3 * look.margin() - picture.getWidth() - border
                : mirrored ? format.width() - start - picture.getWidth() : start;
        double bottom = format.height()
                - 2 * look.letterbox()
                - border
                - switch (format.style()) {
                    case SOCIAL -> look.bottom() - (Look.LOGO + Look.LOGO_GAP) * shorter;
                    case BRAND -> 0.55 * look.margin();
                    case CINEMA -> 0.2 * look.margin();
                };
        return new LogoMark(picture, x, bottom - picture.getHeight(), plate);
    }

    /** The logo of the end card, as large as the text of a scene, at the origin. */
    static LogoMark large(Logo logo, Format format, Look look, Palette palette) {
        int shorter = Math.min(format.width(), format.height());
        Color plate = plate(logo, palette);
        BufferedImage picture = logo.within((int) (0.55 * shorter), (int) (0.2 * shorter));
        double border = plate == null ? 0 : BORDER * picture.getHeight();
        return new LogoMark(picture, border, border, plate);
    }

    private static Color plate(Logo logo, Palette palette) {
        boolean seen =
                palette.grounds().stream().allMatch(ground -> Palette.contrast(logo.mean(), ground) >= Palette.VISIBLE);
        if (seen) {
            return null;
        }
        return Palette.contrast(logo.mean(), WHITE) >= Palette.contrast(logo.mean(), BLACK) ? WHITE : BLACK;
    }

    /** The height with its plate. */
    double height() {
        return picture.getHeight() * (plate == null ? 1 : 1 + 2 * BORDER);
    }

    /** The width with its plate. */
    double width() {
        return picture.getWidth() + (plate == null ? 0 : 2 * BORDER * picture.getHeight());
    }

    /** Draws it with its plate at a point, in pixels; {@code visible} is from 0 to 1. */
    void draw(Graphics2D g, double left, double top, double visible) {
        AffineTransform before = g.getTransform();
        g.translate(left, top);
        draw(g, visible);
        g.setTransform(before);
    }

    /** Draws onto the picture, whose origin is below the letterbox; {@code visible} is from 0 to 1. */
    void draw(Graphics2D g, double visible) {
        g.setComposite(AlphaComposite.SrcOver.derive((float) visible));
        if (plate != null) {
            double border = BORDER * picture.getHeight();
            double height = picture.getHeight() + 2 * border;
            g.setColor(plate);
            g.fill(new RoundRectangle2D.Double(
                    x - border, y - border, picture.getWidth() + 2 * border, height, height / 3, height / 3));
        }
        g.drawImage(picture, (int) Math.round(x), (int) Math.round(y), null);
        g.setComposite(AlphaComposite.SrcOver);
    }
}
