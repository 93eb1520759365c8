package com.aiprod.pipeline.video;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.pipelines.BuiltInPresets;
import com.aiprod.pipeline.stage.Progress;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Draws the posters of some jobs into {@code docs/images/stills/}, and the page {@code docs/stills.md} that shows them:
 * {@code bench/run Stills}.
 */
public final class Stills {

    private static final int HEIGHT = 360;
    private static final Progress NOBODY = (jobId, attempt, stage, percent) -> {};
    private static final String LOGO = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 60 20'>"
            + "<path fill='%23F2B705' d='M0 20 10 0l10 20zM26 0h14a10 10 0 0 1 0 20H26zM52 0h8v20h-8z'/></svg>";
    private static final Map<String, Object> BRAND =
            Map.of("brand", Map.of("colors", List.of("#0B3D2E", "#F2B705"), "logo", LOGO, "seed", "acme"));

    private record Still(String name, String preset, String lang, String content, Map<String, Object> metadata) {}

    private static final List<Still> STILLS = List.of(
            new Still("sea", "social_vertical", "en", "The sea at dawn. The tide comes and goes.", Map.of()),
            new Still("night", "cinema_spot", "fr", "La nuit, les étoiles parlent.", Map.of()),
            new Still("sale", "social_square", "de", "Großer Sommerschlussverkauf: 50 % auf alles!", Map.of()),
            new Still("forest", "social_portrait", "es", "Un bosque que respira con nosotros.", Map.of()),
            new Still("fire", "quick_social", "it", "Il fuoco che ci scalda d'inverno.", Map.of()),
            new Still("mourning", "brand_story", "en", "In loving memory of our founder.", Map.of()),
            new Still("emoji", "social_square", "en", "Coffee first ☕ then the world 🌍👩🏽‍🚀🇫🇷", Map.of()),
            new Still("japanese", "brand_wide", "ja", "小さな焙煎所の朝は早い。", Map.of()),
            new Still("arabic", "social_vertical", "ar", "مرحبا بكم في متجرنا الجديد.", Map.of()),
            new Still("brand-one", "social_portrait", "en", "Roasted today, at your door on Friday.", BRAND),
            new Still("brand-two", "brand_wide", "en", "Wake up to better coffee.", BRAND));

    private Stills() {}

    /** Writes the pictures and the page below a folder, by default {@code docs}. */
    public static void main(String[] arguments) throws Exception {
        Path docs = Path.of(arguments.length > 0 ? arguments[0] : "docs");
        Path images = Files.createDirectories(docs.resolve("images/stills"));
        StringBuilder page = new StringBuilder("# Stills\n\nPosters of one job each, made by `bench/run Stills`.\n");
        for (Still still : STILLS) {
            ImageIO.write(
                    draw(still), "png", images.resolve(still.name() + ".png").toFile());
            page.append("\n`%s`, `%s`%s: %s\n\n"
                    .formatted(
                            still.preset(),
                            still.lang(),
                            still.metadata().isEmpty() ? "" : ", with a brand",
                            still.content()));
            page.append("![%1$s](images/stills/%1$s.png)\n".formatted(still.name()));
        }
        Files.writeString(docs.resolve("stills.md"), page);
    }

    private static BufferedImage draw(Still still) throws IOException, InterruptedException {
        Preset preset = BuiltInPresets.named(still.preset());
        Map<String, Object> job = new LinkedHashMap<>(Map.of(
                "content", still.content(),
                "preset", still.preset(),
                "lang", still.lang(),
                "metadata", still.metadata()));
        job.putAll(new SanitizeStage(NOBODY).sanitize(job, preset.asMap(), "job", 1));
        job.putAll(new StoryboardStage(NOBODY).plan(job, preset.asMap(), "job", 1));
        Format format = Format.of(preset.asMap());
        FramePainter painter = FramePainter.of(job, format);
        BufferedImage whole = new BufferedImage(format.width(), format.height(), BufferedImage.TYPE_INT_RGB);
        painter.paint(whole, painter.posterSeconds());
        return smaller(whole);
    }

    private static BufferedImage smaller(BufferedImage whole) {
        int width = whole.getWidth() * HEIGHT / whole.getHeight();
        BufferedImage small = new BufferedImage(width, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = small.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        g.drawImage(whole.getScaledInstance(width, HEIGHT, java.awt.Image.SCALE_AREA_AVERAGING), 0, 0, null);
        g.dispose();
        return small;
    }
}
