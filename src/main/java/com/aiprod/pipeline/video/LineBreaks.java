package com.aiprod.pipeline.video;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.text.FilteredBreakIteratorBuilder;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Where a language lets a text be cut. Pieces put together again give the text. */
final class LineBreaks {

    /** Where a word may be cut; it is seen, as a hyphen, only where it is. */
    static final char SOFT_HYPHEN = '\u00AD';

    private static final Pattern AFTER_SOFT_HYPHEN = Pattern.compile("(?<=" + SOFT_HYPHEN + ")");

    private LineBreaks() {}

    /** Abbreviations of titles that Unicode's list lacks. */
    private static final List<String> TITLES = List.of("Dr.", "Dra.", "Sr.", "Sra.", "St.", "Mme.", "Mlle.");

    /** Words of Unicode's English list of abbreviations that far more often end a sentence. */
    private static final List<String> PLAIN_ENGLISH = List.of(
            "Act.", "All.", "As.", "By.", "Card.", "Do.", "Go.", "Hat.", "I.", "In.", "Is.", "Jam.", "Job.", "Joe.",
            "Link.", "Long.", "OK.", "Ok.", "On.", "Or.", "Pro.", "To.", "Up.");

    /** Sentences of each paragraph; "Dr." or "a.m." ends none. */
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
     * What stays together on a line: Unicode's rules, narrowed to phrases in Japanese and Korean, and to words of the
     * dictionary in scripts without blanks.
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

    /** The parts of a word that end at its soft hyphens, each with the soft hyphen that ends it. */
    static List<String> syllables(String word) {
        return List.of(AFTER_SOFT_HYPHEN.split(word));
    }

    /** What a reader takes for one letter. */
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
