package com.aiprod.pipeline.video;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.text.FilteredBreakIteratorBuilder;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Finds where a language allows text to be cut. The concatenated pieces equal the text. */
final class LineBreaks {

    /** Marks where a word may be cut; visible, as a hyphen, only if the word is cut there. */
    static final char SOFT_HYPHEN = '\u00AD';

    private static final Pattern AFTER_SOFT_HYPHEN = Pattern.compile("(?<=" + SOFT_HYPHEN + ")");

    private LineBreaks() {}

    /** Title abbreviations that Unicode's list lacks. */
    private static final List<String> TITLES = List.of("Dr.", "Dra.", "Sr.", "Sra.", "St.", "Mme.", "Mlle.");

    /** Words in Unicode's English abbreviation list that far more often end a sentence. */
    private static final List<String> PLAIN_ENGLISH = List.of(
            "Act.", "All.", "As.", "By.", "Card.", "Do.", "Go.", "Hat.", "I.", "In.", "Is.", "Jam.", "Job.", "Joe.",
            "Link.", "Long.", "OK.", "Ok.", "On.", "Or.", "Pro.", "To.", "Up.");

    /** The sentences of each paragraph; abbreviations such as "Dr." or "a.m." do not end a sentence. */
    static List<String> sentences(List<String> paragraphs, ULocale language) {
        FilteredBreakIteratorBuilder rules = FilteredBreakIteratorBuilder.getInstance(language);
        TITLES.forEach(rules::suppressBreakAfter);
        PLAIN_ENGLISH.forEach(rules::unsuppressBreakAfter);
        BreakIterator ends = rules.wrapIteratorWithFilter(BreakIterator.getSentenceInstance(language));
        return paragraphs.stream()
                .flatMap(paragraph -> pieces(paragraph, ends).stream())
                .toList();
    }

    /**
     * The units that stay together on a line: Unicode's rules, narrowed to phrases in Japanese and Korean, and to
     * dictionary words in scripts without spaces.
     */
    static List<String> phrases(String text, ULocale language) {
        BreakIterator words = BreakIterator.getWordInstance(language);
        words.setText(text);
        List<String> phrases = new ArrayList<>();
        StringBuilder phrase = new StringBuilder();
        int end = 0;
        for (String piece : pieces(text, BreakIterator.getLineInstance(language.setKeywordValue("lw", "phrase")))) {
            phrase.append(piece);
            end += piece.length();
            if (words.isBoundary(end)) {
                phrases.add(phrase.toString());
                phrase.setLength(0);
            }
        }
        return phrases;
    }

    /** The parts of a word between its soft hyphens, each with the soft hyphen that ends it. */
    static List<String> syllables(String word) {
        return List.of(AFTER_SOFT_HYPHEN.split(word));
    }

    /** The letters as a reader perceives them (grapheme clusters). */
    static List<String> letters(String text) {
        return pieces(text, BreakIterator.getCharacterInstance(ULocale.ROOT));
    }

    private static List<String> pieces(String text, BreakIterator breaks) {
        breaks.setText(text);
        List<String> pieces = new ArrayList<>();
        int start = 0;
        for (int end = breaks.next(); end != BreakIterator.DONE; start = end, end = breaks.next()) {
            pieces.add(text.substring(start, end));
        }
        return pieces;
    }
}
