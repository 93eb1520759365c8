package com.aiprod.pipeline.video.brand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.aiprod.pipeline.stage.PermanentStageException;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrandTest {

    private static final String SVG = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 20'>%s</svg>";

    @Test
    void readsNameColorsLogoAndSeed() {
        String logo = svg(SVG.formatted("<rect x='10' width='20' height='20' fill='#ff0000'/>"));
        Brand brand =
                read(Map.of("name", " Acme ", "colors", List.of("#0B3D2E", "#f2b705"), "logo", logo, "seed", "acme"));

        assertThat(brand.colors()).containsExactly(new Color(0x0B3D2E), new Color(0xF2B705));
        assertThat(brand.name()).isEqualTo("Acme");
        assertThat(brand.seed()).isEqualTo("acme");
        assertThat(brand.logo()).hasValueSatisfying(mark -> {
            assertThat(mark.mean()).isEqualTo(Color.RED);
            // Its empty sides are cut off.
            assertThat(mark.picture().getWidth()).isBetween(254, 258);
            assertThat(mark.within(100, 50).getHeight()).isEqualTo(50);
        });
    }

    @Test
    void withoutASeedTheColorsMakeVideosMatch() {
        assertThat(read(Map.of("colors", List.of("#0B3D2E"))).seed())
                .isEqualTo(read(Map.of("colors", List.of("#0b3d2e"))).seed())
                .isNotEqualTo(read(Map.of("colors", List.of("#0B3D2F"))).seed());
        assertThat(Brand.of(null, "brand", "CODE").isGiven()).isFalse();
    }

    @Test
    void readsAPngWithTransparency() throws IOException {
        BufferedImage picture = new BufferedImage(60, 30, BufferedImage.TYPE_INT_ARGB);
        picture.setRGB(30, 15, 0xff336699);

        assertThat(read(Map.of("logo", png(picture))).logo())
                .hasValueSatisfying(mark -> assertThat(mark.mean()).isEqualTo(new Color(0x336699)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "colors | red               | .colors must be a list of one to three colors",
                "seed   | ' '               | .seed must be a text of 1 to 100 characters",
                "logo   | logo.png          | .logo must be a data URI of an image/png or an image/svg+xml",
                "logo   | data:image/gif;base64,R0lGOD | .logo must be a data URI of an image/png or an image/svg+xml",
                "logo   | data:image/png;base64,%%%    | .logo has data that cannot be decoded",
                "logo   | data:image/png;base64,AAAA   | .logo is not a PNG",
                "logo   | data:image/svg+xml,<html/>   | .logo is not an SVG",
                "logo   | data:image/svg+xml,<svg      | .logo is not an SVG",
                "logo   | data:image/svg+xml,<svg/>    | .logo",
                "colour | #0B3D2E           | has the unknown key colour; it can have name, colors, logo, and seed",
            })
    void namesTheKeyAtFault(String key, String value, String fault) {
        assertRefused(Map.of(key, value), fault);
    }

    @Test
    void namesTheColorAtFault() {
        assertRefused(Map.of("colors", List.of("#0B3D2E", "green")), ".colors[1] must be a color such as #1A2B3C");
        assertRefused(Map.of("colors", List.of("#000000", "#111111", "#222222", "#333333")), ".colors must be a list");
        assertRefused("Acme", "must be an object with name, colors, logo, or seed");
    }

    /** What would load a file, need a font, or take long. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<image href='http://example.com/x.png' width='9' height='9'/>",
                "<use href='#a'/>",
                "<text>Acme</text>",
                "<script>1</script>",
                "<foreignObject/>",
                "<filter id='f'/>",
                "<style>@import 'x.css';</style>",
                "<rect width='9' height='9' fill='url(http://example.com/#a)'/>",
                "<path d='M0 0H1e9' stroke='red' stroke-dasharray='0.0001'/>",
            })
    void refusesWhatIsNotSafeToDraw(String element) {
        assertRefused(Map.of("logo", svg(SVG.formatted(element))), ".logo is an SVG with");
    }

    @Test
    void refusesBombs() throws IOException {
        assertRefused(
                Map.of("logo", svg("<!DOCTYPE svg [<!ENTITY a 'aaaa'>]>" + SVG.formatted("&a;"))),
                "which is not taken");
        assertRefused(Map.of("logo", svg(SVG.formatted("<g/>".repeat(600)))), ".logo has over 500");
        assertThat(read(Map.of("logo", svg(nested(20)))).logo()).isPresent();
        assertRefused(Map.of("logo", svg(nested(21))), ".logo nests elements more than 20 deep");
        assertRefused(
                Map.of("logo", png(new BufferedImage(5000, 10, BufferedImage.TYPE_BYTE_BINARY))),
                "5000 by 10 pixels, which is too many");
        String wide =
                "<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='1e9'><path d='M0 0H1e9V1e9z'/></svg>";
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> Logo.of(svg(wide)));
    }

    private static String nested(int levels) {
        int groups = levels - 2;
        return SVG.formatted("<g>".repeat(groups) + "<rect width='9' height='9'/>" + "</g>".repeat(groups));
    }

    private static Brand read(Object brand) {
        return Brand.of(brand, "metadata.brand", "METADATA_INVALID");
    }

    private static void assertRefused(Object brand, String fault) {
        assertThatThrownBy(() -> read(brand))
                .isInstanceOfSatisfying(
                        PermanentStageException.class,
                        thrown -> assertThat(thrown.errorCode()).isEqualTo("METADATA_INVALID"))
                .hasMessageContaining("metadata.brand")
                .hasMessageContaining(fault);
    }

    private static String svg(String svg) {
        return "data:image/svg+xml;base64," + Base64.getEncoder().encodeToString(svg.getBytes(StandardCharsets.UTF_8));
    }

    private static String png(BufferedImage picture) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", bytes);
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
