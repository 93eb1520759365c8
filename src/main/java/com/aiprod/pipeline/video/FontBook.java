package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.script.StyledText;
import com.aiprod.pipeline.video.script.StyledText.Style;
import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import com.ibm.icu.lang.UScript;
import com.ibm.icu.util.ULocale;
import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.font.TextAttribute;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.text.AttributedString;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The bundled fonts, and the choice of a font for each letter. Never uses the machine's fonts, so a video looks the
 * same everywhere and renders without installed fonts.
 */
final class FontBook {

    /** The typeface of a preset; scripts that it lacks use the Noto font of that script. */
    enum Face {
        LOUD("NotoSans-ExtraBold.ttf", "NotoSans-Black.ttf", "NotoSans-Bold.ttf"),
        CALM("NotoSansDisplay-SemiBold.ttf", "NotoSansDisplay-Black.ttf", "NotoSansDisplay-SemiBold.ttf"),
        FILM("NotoSerifDisplay-SemiBold.ttf", "NotoSerifDisplay-Black.ttf", "NotoSerifDisplay-SemiBold.ttf");

        private final String file;
        private final String strong;
        private final String besideStrong;

        Face(String file, String strong, String besideStrong) {
            this.file = file;
            this.strong = strong;
            this.besideStrong = besideStrong;
        }

        private String file(StyledText text, int index) {
            if (text.spans().isEmpty()) {
                return file;
            }
            if (text.has(Style.CODE, index)) {
                return FIXED_WIDTH;
            }
            if (text.has(Style.STRONG, index)) {
                return strong;
            }
            return text.spans().stream().anyMatch(span -> span.style() == Style.STRONG) ? besideStrong : file;
        }
    }

    private static final String FIXED_WIDTH = "NotoSansMono-Bold.ttf";
    private static final String LATIN = "NotoSans-Bold.ttf";
    private static final String EMOJI = "NotoEmoji-Bold.ttf";
    private static final String SIMPLIFIED = "NotoSansSC-Bold.otf";
    private static final String TRADITIONAL = "NotoSansTC-Bold.otf";
    private static final String JAPANESE = "NotoSansJP-Bold.otf";
    private static final String KOREAN = "NotoSansKR-Bold.otf";
    private static final List<String> SYMBOLS =
            List.of("NotoSansSymbols-Bold.ttf", "NotoSansSymbols2-Regular.ttf", "NotoSansMath-Regular.ttf", EMOJI);

    private static final Map<String, Optional<Font>> LOADED = new ConcurrentHashMap<>();

    static {
        doWithoutFontconfig();
    }

    private final Face face;
    private final String han;

    /**
     * Creates a book that prefers one typeface.
     *
     * @param language decides the regional form of Han characters, because Unicode gives all forms the same code
     */
    FontBook(Face face, ULocale language) {
        this.face = face;
        this.han = switch (ULocale.addLikelySubtags(language).getScript()) {
            case "Hant" -> TRADITIONAL;
            case "Jpan" -> JAPANESE;
            default -> SIMPLIFIED;
        };
    }

    /** The text with a font for each run of letters, with kerning and ligatures, and with room for emoji in color. */
    AttributedString dress(StyledText text, float size) {
        AttributedString dressed = new AttributedString(text.text());
        Font previous = null;
        String before = null;
        int start = 0;
        for (String letter : LineBreaks.letters(text.text())) {
            String file = face.file(text, start);
            previous = fontFor(letter, file.equals(before) ? previous : null, file);
            before = file;
            dressed.addAttribute(TextAttribute.FONT, previous.deriveFont(size), start, start + letter.length());
            if (Emoji.isPicture(letter)) {
                dressed.addAttribute(TextAttribute.CHAR_REPLACEMENT, Emoji.room(size), start, start + 1);
                if (letter.length() > 1) {
                    Emoji.Room none = Emoji.room(0);
                    dressed.addAttribute(TextAttribute.CHAR_REPLACEMENT, none, start + 1, start + letter.length());
                }
            }
            start += letter.length();
        }
        dressed.addAttribute(TextAttribute.KERNING, TextAttribute.KERNING_ON);
        dressed.addAttribute(TextAttribute.LIGATURES, TextAttribute.LIGATURES_ON);
        return dressed;
    }

    /** Whether every letter of the text has a glyph. */
    boolean covers(String text) {
        return LineBreaks.letters(text).stream()
                .allMatch(letter -> letter.isBlank() || canShow(fontFor(letter, null, face.file), letter));
    }

    private Font fontFor(String cluster, Font previous, String file) {
        List<String> names = candidates(cluster, file);
        // Marks and punctuation shared by several scripts use the font of the preceding letters.
        boolean shared = isShared(cluster.codePointAt(0)) && !cluster.isBlank();
        if (shared
                && previous != null
                && canShow(previous, cluster)
                && !names.get(0).equals(EMOJI)) {
            return previous;
        }
        return names.stream()
                .map(FontBook::load)
                .flatMap(Optional::stream)
                .filter(font -> canShow(font, cluster))
                .findFirst()
                .orElseGet(() -> load(face.file).orElseThrow());
    }

    private List<String> candidates(String cluster, String file) {
        int letter = cluster.codePointAt(0);
        List<String> names = new ArrayList<>();
        if (UCharacter.hasBinaryProperty(letter, UProperty.EMOJI_PRESENTATION) || cluster.indexOf('\uFE0F') > 0) {
            names.add(EMOJI);
        }
        names.add(file);
        names.add(face.file);
        names.add(LATIN);
        int script = UScript.getScript(letter);
        if (script == UScript.HIRAGANA || script == UScript.KATAKANA) {
            names.add(JAPANESE);
        } else if (script == UScript.HANGUL) {
            names.add(KOREAN);
        } else if (script != UScript.HAN) {
            if (UScript.hasScript(letter, UScript.HAN)) {
                // Punctuation that Mongolian or Yi also use.
                names.add(han);
            }
            scripts(letter).forEach(name -> {
                names.add("NotoSans" + name + "-Bold.ttf");
                names.add("NotoSans" + name + "-Regular.ttf");
                names.add("NotoSerif" + name + "-Bold.ttf");
            });
        }
        names.addAll(List.of(han, SIMPLIFIED, TRADITIONAL, JAPANESE, KOREAN));
        names.addAll(SYMBOLS);
        return names;
    }

    /** ICU's names of the scripts that use a letter; some marks and punctuation belong to several. */
    private static Stream<String> scripts(int letter) {
        BitSet scripts = new BitSet();
        UScript.getScriptExtensions(letter, scripts);
        return scripts.stream().mapToObj(script -> UScript.getName(script).replace("_", ""));
    }

    private static boolean isShared(int codePoint) {
        int script = UScript.getScript(codePoint);
        return script == UScript.COMMON || script == UScript.INHERITED;
    }

    private static boolean canShow(Font font, String cluster) {
        return cluster.codePoints()
                .filter(c -> !UCharacter.hasBinaryProperty(c, UProperty.DEFAULT_IGNORABLE_CODE_POINT))
                .allMatch(font::canDisplay);
    }

    private static Optional<Font> load(String file) {
        return LOADED.computeIfAbsent(file, FontBook::read);
    }

    private static Optional<Font> read(String file) {
        try (InputStream in = FontBook.class.getResourceAsStream("/fonts/" + file)) {
            return in == null ? Optional.empty() : Optional.of(Font.createFont(Font.TRUETYPE_FONT, in));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the font " + file, e);
        } catch (FontFormatException e) {
            throw new IllegalStateException("The bundled font " + file + " is damaged", e);
        }
    }

    /**
     * On Linux, Java's font manager fails without the fontconfig library, even if only fonts from files are used. With
     * its own configuration file, it does not need the library.
     */
    private static void doWithoutFontconfig() {
        String property = "sun.awt.fontconfig";
        if (!System.getProperty("os.name").startsWith("Linux") || System.getProperty(property) != null) {
            return;
        }
        try (InputStream bundled = FontBook.class.getResourceAsStream("/fonts/fontconfig.properties")) {
            Path file = Files.createTempFile("fontconfig", ".properties");
            file.toFile().deleteOnExit();
            Files.copy(bundled, file, StandardCopyOption.REPLACE_EXISTING);
            System.setProperty(property, file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot prepare the fonts", e);
        }
    }
}
