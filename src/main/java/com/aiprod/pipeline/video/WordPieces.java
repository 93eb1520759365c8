package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.Lines.Piece;
import com.aiprod.pipeline.video.script.Compounds;
import com.aiprod.pipeline.video.script.Hyphenation;
import com.aiprod.pipeline.video.script.StyledText;
import com.aiprod.pipeline.video.script.UnbrokenWords;
import com.aiprod.pipeline.video.script.UnbrokenWords.Range;
import com.ibm.icu.lang.UScript;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Divides a paragraph into the pieces that lines are made of. */
final class WordPieces {

    /** Measures a text. */
    interface Measure {
        double width(StyledText text) throws InterruptedException;
    }

    /** Scripts that mark a cut word with a hyphen. */
    private static final Set<Integer> HYPHENATED =
            Set.of(UScript.LATIN, UScript.GREEK, UScript.CYRILLIC, UScript.ARMENIAN);

    /** Soft hyphens that are not between two letters, so no word can be cut there. */
    private static final Pattern STRAY_SOFT_HYPHENS = Pattern.compile("(?<=^|\\s)\u00AD+|\u00AD+(?=\u00AD|\\s|$)");

    private static final Pattern SOFT_HYPHENS = Pattern.compile("\u00AD");

    private static final double LOANWORD = 1.15;

    private final ULocale language;
    private final Measure measure;
    private final double longest;
    private final double longestAddress;
    private final List<Piece> pieces = new ArrayList<>();

    /**
     * Creates a divider.
     *
     * @param longest the widest piece; wider words are hyphenated
     * @param longestAddress the widest address that can be set smaller; wider ones are cut without a hyphen
     */
    WordPieces(ULocale language, Measure measure, double longest, double longestAddress) {
        this.language = language;
        this.measure = measure;
        this.longest = longest;
        this.longestAddress = longestAddress;
    }

    /** Returns the pieces of a paragraph. A word too wide is cut at its soft hyphens, by patterns, or at letters. */
    List<Piece> of(StyledText paragraph) throws InterruptedException {
        pieces.clear();
        StyledText text = paragraph.without(STRAY_SOFT_HYPHENS);
        int start = 0;
        for (String phrase : LineBreaks.phrases(text.text(), language)) {
            add(text.slice(start, start + phrase.length()));
            start += phrase.length();
        }
        return List.copyOf(pieces);
    }

    private void add(StyledText phrase) throws InterruptedException {
        List<Range> unbroken = UnbrokenWords.in(phrase.text());
        boolean address = unbroken.stream().anyMatch(Range::address);
        double width = measure.width(phrase.without(SOFT_HYPHENS));
        if (width <= longest || (width <= longestAddress && !unbroken.isEmpty())) {
            pieces.add(piece(phrase, false, address || width > longest));
        } else if (unbroken.isEmpty()
                && LineBreaks.letters(phrase.text()).stream().anyMatch(LineBreaks::isEastAsian)) {
            int start = 0;
            for (String word : LineBreaks.words(phrase.text(), language)) {
                addWord(phrase.slice(start, start + word.length()));
                start += word.length();
            }
        } else if (address) {
            int start = 0;
            for (String part : LineBreaks.addressParts(phrase.text())) {
                StyledText slice = phrase.slice(start, start + part.length());
                start += part.length();
                if (measure.width(slice) <= longest) {
                    pieces.add(piece(slice, false, false));
                } else {
                    addLetters(slice, false, false);
                }
            }
        } else {
            addSyllables(phrase, unbroken.isEmpty());
        }
    }

    /** A loanword in katakana makes its text somewhat smaller than other words, before it is cut into the words in it. */
    private void addWord(StyledText word) throws InterruptedException {
        Piece whole = piece(word, false, false);
        List<String> parts = LineBreaks.dictionaryWords(word.text(), language);
        if (parts.size() == 1) {
            addSyllables(word, true);
        } else if (whole.width() <= longest * LOANWORD) {
            pieces.add(whole);
        } else {
            int start = 0;
            for (String part : parts) {
                addSyllables(word.slice(start, start + part.length()), true);
                start += part.length();
            }
        }
    }

    private void addSyllables(StyledText phrase, boolean hyphenated) throws InterruptedException {
        List<String> syllables = phrase.text().indexOf(LineBreaks.SOFT_HYPHEN) >= 0 || !hyphenated
                ? LineBreaks.syllables(phrase.text())
                : Hyphenation.of(language)
                        .map(patterns -> patterns.parts(phrase.text()))
                        .orElse(List.of(phrase.text()));
        int start = 0;
        for (String syllable : joined(syllables)) {
            StyledText slice = phrase.slice(start, start + syllable.length());
            start += syllable.length();
            boolean cut = start < phrase.text().length();
            Piece part = piece(slice, cut, false);
            if (part.width() <= longest) {
                pieces.add(part);
            } else {
                addLetters(slice, cut, true);
            }
        }
    }

    /** The parts of a compound whose joints are known, instead of its syllables; one that is too wide stays cut. */
    private List<String> joined(List<String> syllables) throws InterruptedException {
        List<Integer> ends = new ArrayList<>();
        int length = 0;
        for (String syllable : syllables) {
            length += syllable.length();
            ends.add(length);
        }
        Set<Integer> joints = Compounds.joints(String.join("", syllables), ends.subList(0, ends.size() - 1), language);
        if (joints.isEmpty()) {
            return syllables;
        }
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < syllables.size(); i++) {
            if (joints.contains(ends.get(i)) || i == syllables.size() - 1) {
                List<String> part = syllables.subList(from, i + 1);
                StyledText whole = StyledText.of(String.join("", part) + "-");
                parts.addAll(measure.width(whole) <= longest ? List.of(String.join("", part)) : part);
                from = i + 1;
            }
        }
        return parts;
    }

    /** Two letters stay together at each end, so a cut word never leaves a single letter on a line. */
    private void addLetters(StyledText word, boolean hyphen, boolean hyphenated) throws InterruptedException {
        StyledText bare = word.without(SOFT_HYPHENS);
        String text = bare.text().stripTrailing();
        List<String> letters = LineBreaks.lineLetters(text, language);
        if (letters.size() < 4) {
            pieces.add(piece(word, hyphen, false));
            return;
        }
        int last = letters.size() - 2;
        int start = 0;
        for (int from = 0, to = 2; from < letters.size(); from = to, to = to == last ? letters.size() : to + 1) {
            int end = start + String.join("", letters.subList(from, to)).length();
            boolean inside = to < letters.size();
            String letter = letters.get(to - 1);
            boolean cut = inside ? hyphenated && HYPHENATED.contains(UScript.getScript(letter.codePointAt(0))) : hyphen;
            pieces.add(piece(bare.slice(start, inside ? end : bare.text().length()), cut, false));
            start = end;
        }
    }

    private Piece piece(StyledText text, boolean hyphen, boolean address) throws InterruptedException {
        StyledText seen = text.without(SOFT_HYPHENS);
        return new Piece(seen, measure.width(seen), hyphen, address, !hyphen && LineBreaks.leadsOn(seen.text()));
    }
}
