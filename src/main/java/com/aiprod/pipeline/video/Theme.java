package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.sound.Mood;
import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What a text is about, as far as it decides colors, shapes, and music: an entry of {@code themes.yaml}.
 *
 * @param name its key in the file
 * @param hues first and last hue of the colors, in Oklch's degrees
 * @param moods the lightness and strength of the colors
 * @param motifs the shapes behind the text
 * @param soundtrack the mood of the music
 * @param words the words that stand for it, by language, in lower case
 */
record Theme(
        String name,
        List<Integer> hues,
        List<Palette.Mood> moods,
        List<Motif> motifs,
        Mood soundtrack,
        Map<String, List<String>> words) {

    /** Languages without spaces between words. */
    private static final Set<String> UNSPACED = Set.of("ja", "zh");

    private static final List<Theme> ALL = read();

    static List<Theme> all() {
        return ALL;
    }

    /** The theme of a text; empty if no word tells. */
    static Optional<Theme> of(String content, String lang) {
        ULocale language = ULocale.forLanguageTag(lang);
        String text = UCharacter.toLowerCase(language, content);
        List<String> tokens = tokens(text, language);
        Theme best = null;
        long most = 0;
        int earliest = Integer.MAX_VALUE;
        for (Theme theme : ALL) {
            long hits = 0;
            int first = Integer.MAX_VALUE;
            for (Map.Entry<String, List<String>> entry : theme.words.entrySet()) {
                boolean unspaced = UNSPACED.contains(entry.getKey());
                if (!unspaced && !entry.getKey().equals(language.getLanguage())) {
                    continue;
                }
                for (String word : entry.getValue()) {
                    int at = unspaced || word.indexOf(' ') >= 0 ? text.indexOf(word) : find(word, text, tokens);
                    hits += at < 0 ? 0 : 1;
                    first = at < 0 ? first : Math.min(first, at);
                }
            }
            if (hits > most || (hits == most && hits > 0 && first < earliest)) {
                best = theme;
                most = hits;
                earliest = first;
            }
        }
        return Optional.ofNullable(best);
    }

    private static List<String> tokens(String text, ULocale language) {
        BreakIterator words = BreakIterator.getWordInstance(language);
        words.setText(text);
        List<String> tokens = new ArrayList<>();
        int start = words.first();
        for (int end = words.next(); end != BreakIterator.DONE; start = end, end = words.next()) {
            if (words.getRuleStatus() >= BreakIterator.WORD_LETTER) {
                tokens.add(text.substring(start, end));
            }
        }
        return tokens;
    }

    /** Where the word is in the text; -1 if it is not among its words. */
    private static int find(String word, String text, List<String> tokens) {
        String stem = word.endsWith("*") ? word.substring(0, word.length() - 1) : null;
        return tokens.stream()
                .filter(token -> stem == null ? token.equals(word) : token.startsWith(stem))
                .findFirst()
                .map(text::indexOf)
                .orElse(-1);
    }

    /** The moods of the palette. In a dark room only dark ones are allowed. */
    List<Palette.Mood> moods(boolean cinema) {
        List<Palette.Mood> dark = moods.stream().filter(Palette.Mood::isDark).toList();
        return !cinema ? moods : dark.isEmpty() ? List.of(Palette.Mood.NIGHT) : dark;
    }

    double hue(RandomGenerator random) {
        return hues.get(0) + random.nextDouble() * (hues.get(1) - hues.get(0));
    }

    @SuppressWarnings("unchecked")
    private static List<Theme> read() {
        try (InputStream in = Theme.class.getResourceAsStream("/themes.yaml")) {
            Map<String, Map<String, Object>> file = (Map<String, Map<String, Object>>)
                    new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            return file.entrySet().stream()
                    .map(entry -> theme(entry.getKey(), entry.getValue()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read themes.yaml", e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Theme theme(String name, Map<String, Object> entry) {
        return new Theme(
                name,
                (List<Integer>) entry.get("hue"),
                ((List<String>) entry.get("moods"))
                        .stream().map(Palette.Mood::valueOf).toList(),
                ((List<String>) entry.get("motifs"))
                        .stream().map(Motif::valueOf).toList(),
                Mood.named((String) entry.get("soundtrack")).orElseThrow(),
                (Map<String, List<String>>) entry.get("words"));
    }
}
