package com.aiprod.pipeline.video.brand;

import static com.aiprod.pipeline.video.brand.Brand.require;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * A logo as pixels.
 *
 * @param picture with transparency, cut to its visible part, at most {@link #SIDE} pixels wide and high
 * @param mean the mean color of its visible part
 */
public record Logo(BufferedImage picture, Color mean) {

    static final int SIDE = 512;

    /** Pixels of the largest PNG on each side; a few bytes can claim more than fits into memory. */
    private static final int MOST_PIXELS = 4096;

    private static final Pattern DATA =
            Pattern.compile("data:(image/png|image/svg\\+xml)(?:;charset=[\\w-]+)?(;base64)?,(.*)", Pattern.DOTALL);

    /**
     * Reads a logo.
     *
     * @param value a data URI (RFC 2397) of a PNG or an SVG
     * @throws IllegalArgumentException saying what is wrong
     */
    static Logo of(Object value) {
        Matcher data = DATA.matcher(value instanceof String text ? text : "");
        require(data.matches(), ".logo must be a data URI of an image/png or an image/svg+xml");
        byte[] bytes = bytes(data.group(3), data.group(2) != null);
        BufferedImage whole = data.group(1).equals("image/png") ? png(bytes) : SvgPicture.ofStranger(bytes, SIDE);
        return of(whole);
    }

    private static byte[] bytes(String text, boolean base64) {
        try {
            return base64
                    ? Base64.getDecoder().decode(text.replaceAll("\\s", ""))
                    : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8)
                            .getBytes(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(".logo has data that cannot be decoded", e);
        }
    }

    private static BufferedImage png(byte[] bytes) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("png");
        ImageReader reader = readers.next();
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in, true, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            require(
                    width <= MOST_PIXELS && height <= MOST_PIXELS && width * height <= MOST_PIXELS * MOST_PIXELS / 4,
                    ".logo has %s by %s pixels, which is too many".formatted(width, height));
            return fitted(reader.read(0));
        } catch (IOException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new IllegalArgumentException(".logo is not a PNG", e);
        } finally {
            reader.dispose();
        }
    }

    private static BufferedImage fitted(BufferedImage whole) {
        double scale = Math.min(1, SIDE / (double) Math.max(whole.getWidth(), whole.getHeight()));
        int width = (int) Math.max(1, Math.round(whole.getWidth() * scale));
        int height = (int) Math.max(1, Math.round(whole.getHeight() * scale));
        return scaled(whole, width, height);
    }

    /** Scales by halves, so that no pixel is skipped. */
    static BufferedImage scaled(BufferedImage whole, int width, int height) {
        BufferedImage from = whole;
        while (true) {
            int w = Math.max(width, (from.getWidth() + 1) / 2);
            int h = Math.max(height, (from.getHeight() + 1) / 2);
            BufferedImage to = new BufferedImage(w, h, BufferedImage.TYPE_INT_ARGB_PRE);
            Graphics2D g = to.createGraphics();
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            g.drawImage(from, 0, 0, w, h, null);
            g.dispose();
            if (w == width && h == height) {
                return to;
            }
            from = to;
        }
    }

    private static Logo of(BufferedImage whole) {
        int left = whole.getWidth();
        int top = whole.getHeight();
        int right = 0;
        int bottom = 0;
        double[] sums = new double[4];
        for (int y = 0; y < whole.getHeight(); y++) {
            for (int x = 0; x < whole.getWidth(); x++) {
                int pixel = whole.getRGB(x, y);
                double alpha = (pixel >>> 24) / 255.0;
                if (alpha > 0.03) {
                    left = Math.min(left, x);
                    right = Math.max(right, x + 1);
                    top = Math.min(top, y);
                    bottom = Math.max(bottom, y + 1);
                }
                sums[0] += alpha * (pixel >> 16 & 0xff);
                sums[1] += alpha * (pixel >> 8 & 0xff);
                sums[2] += alpha * (pixel & 0xff);
                sums[3] += alpha;
            }
        }
        require(right > left && bottom > top, ".logo shows nothing");
        Color mean = new Color((int) Math.min(sums[0] / sums[3], 255), (int) Math.min(sums[1] / sums[3], 255), (int)
                Math.min(sums[2] / sums[3], 255));
        return new Logo(whole.getSubimage(left, top, right - left, bottom - top), mean);
    }

    /** The logo at the largest size that fits into a box, in pixels. */
    public BufferedImage within(int width, int height) {
        double scale = Math.min(width / (double) picture.getWidth(), height / (double) picture.getHeight());
        return scaled(picture, (int) Math.max(1, Math.round(picture.getWidth() * scale)), (int)
                Math.max(1, Math.round(picture.getHeight() * scale)));
    }
}
