package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.script.Phrases;
import com.aiprod.pipeline.video.script.Sentences;
import com.aiprod.pipeline.video.script.UnbrokenWords;
import com.aiprod.pipeline.video.script.UnbrokenWords.Range;
import com.aiprod.pipeline.video.script.WordLists;
import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UScript;
import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds where a language allows text to be cut. The concatenated pieces equal the text. */
final class LineBreaks {

    /** Marks where a word may be cut; visible, as a hyphen, only if the word is cut there. */
    static final char SOFT_HYPHEN = '\u00AD';

    private static final Pattern AFTER_SOFT_HYPHEN = Pattern.compile("(?<=" + SOFT_HYPHEN + ")");

    /** Addresses break where a reader sees that they continue. */
    private static final Pattern IN_ADDRESS = Pattern.compile("(?<=[/?&=_@])(?![/?&=_])|(?<=\\w)(?=[.-]\\w)");

    /** Letters of katakana that every preset can show on one line. */
    private static final int LONGEST_LOANWORD = 10;

    private static final Pattern OPENING = Pattern.compile("[\\p{Ps}\\p{Pi}¿¡\"'„‚]+\\s*");
    private static final Pattern CLOSING = Pattern.compile("[\\p{Pe}\\p{Pf}\\p{Po}\\p{Pd}\"']+\\s*");
    private static final Pattern NUMBER = Pattern.compile("[#№]?\\d{1,4}\\s+");
    private static final Pattern SHORT_WORD = Pattern.compile("\\p{L}[\\p{L}\\p{M}]{0,11}\\P{L}*");

    /** An emoji stays with the word that it follows. */
    private static final Pattern EMOJI = Pattern.compile("[\\p{So}\\p{Sk}\\p{M}\\p{Cf}]+\\s*");

    private static final Pattern WORD_BEFORE = Pattern.compile("[\\p{L}\\p{N}\\p{P}]\\s*$");

    /** "May 5", "Level 3"; letters of Arabic and Hebrew are neither capital nor small. */
    private static final Pattern NAME = Pattern.compile("[\\p{Lu}\\p{Lo}][\\p{L}\\p{M}]{0,13}\\s+");

    /** "5. May", before its year */
    private static final Pattern DAY = Pattern.compile("\\d{1,2}\\.?\\s+[\\p{L}\\p{M}]+\\.?\\s+");

    private static final Pattern YEAR = Pattern.compile("\\d{4}\\P{L}*");

    /** Letters of the longest date or range, such as "Mo.–Sa.", that stays together. */
    private static final int SHORT = 15;

    private static final Pattern NUMBERED = Pattern.compile("\\d{1,4}\\P{L}*");

    /** An article, preposition, or conjunction of an alphabetic language, which leads to the next word. */
    private static final Pattern LEADING = Pattern.compile(
            "(?:.*[\\s(])?[\\p{IsLatin}\\p{IsCyrillic}\\p{IsGreek}\\p{IsArabic}\\p{IsHebrew}]{1,3}\\s*");

    private static final Set<String> LEADING_WORDS = WordLists.lines("leading.txt").stream()
            .flatMap(line ->
                    Stream.of(line.substring(line.indexOf(':') + 1).strip().split(" +")))
            .collect(Collectors.toSet());

    private LineBreaks() {}

    /**
     * The units that stay together on a line: Unicode's rules, narrowed to phrases in Japanese and Korean, with the
     * strict rules of Japanese for the starts of lines, and to dictionary words in other scripts without spaces. An address,
     * price, or number with its unit is one; an abbreviation, a number, and an opening bracket stay with what follows.
     */
    static List<String> phrases(String text, ULocale language) {
        boolean japanese = language.getLanguage().equals("ja");
        BreakIterator words = BreakIterator.getWordInstance(language);
        words.setText(text);
        BreakIterator lines = BreakIterator.getLineInstance(
                language.setKeywordValue("lb", "strict").setKeywordValue("lw", japanese ? "normal" : "phrase"));
        List<Range> unbroken = UnbrokenWords.in(text);
        BitSet starts = japanese ? Phrases.starts(text) : new BitSet();
        List<String> phrases = new ArrayList<>();
        StringBuilder phrase = new StringBuilder();
        int end = 0;
        int next = 0;
        for (String piece : pieces(text, lines)) {
            phrase.append(piece);
            end += piece.length();
            while (next < unbroken.size() && unbroken.get(next).to() <= end) {
                next++;
            }
            boolean inside = next < unbroken.size() && unbroken.get(next).from() < end;
            boolean free = (japanese && isBesideEastAsian(text, end)) ? starts.get(end) : words.isBoundary(end);
            if (free && !inside) {
                phrases.add(phrase.toString());
                phrase.setLength(0);
            }
        }
        if (!phrase.isEmpty()) {
            phrases.add(phrase.toString());
        }
        return together(phrases);
    }

    private static boolean isBesideEastAsian(String text, int index) {
        return index < text.length()
                && !Character.isWhitespace(text.charAt(index - 1))
                && (isEastAsian(text.substring(index - 1, index)) || isEastAsian(text.substring(index, index + 1)));
    }

    private static List<String> together(List<String> phrases) {
        List<String> together = new ArrayList<>();
        boolean open = false;
        for (int i = 0; i < phrases.size(); i++) {
            String phrase = phrases.get(i);
            boolean day = NUMBER.matcher(phrase).matches()
                    && i + 2 < phrases.size()
                    && YEAR.matcher(phrases.get(i + 2)).matches();
            String last = together.isEmpty() ? null : together.get(together.size() - 1);
            if (last != null
                    && (open
                            || (CLOSING.matcher(phrase).matches() && !last.isBlank())
                            || (EMOJI.matcher(phrase).matches()
                                    && WORD_BEFORE.matcher(last).find())
                            || (NUMBER.matcher(last).matches()
                                    && SHORT_WORD.matcher(phrase).matches())
                            || (!day
                                    && NAME.matcher(last).matches()
                                    && NUMBERED.matcher(phrase).matches())
                            || (last.length() + phrase.length() <= SHORT
                                    && ((DAY.matcher(last).matches()
                                                    && YEAR.matcher(phrase).matches())
                                            || last.endsWith("–"))))) {
                together.set(together.size() - 1, last + phrase);
            } else {
                together.add(phrase);
            }
            String bare = phrase.strip();
            open = OPENING.matcher(phrase).matches()
                    || (!bare.equals(phrase) && bare.length() <= 6 && Sentences.isAbbreviation(bare));
        }
        return together;
    }

    /** Whether a line should not end here, because the phrase leads to the next one. */
    static boolean leadsOn(String phrase) {
        String bare = phrase.strip();
        String word = bare.substring(Math.max(bare.lastIndexOf(' '), bare.lastIndexOf('(')) + 1);
        return LEADING.matcher(phrase).matches() || LEADING_WORDS.contains(UCharacter.toLowerCase(ULocale.ROOT, word));
    }

    /** The parts of a word between its soft hyphens, each with the soft hyphen that ends it. */
    static List<String> syllables(String word) {
        return List.of(AFTER_SOFT_HYPHEN.split(word));
    }

    /** Whether a place is within a loanword, which dictionaries know in parts. */
    private static boolean isInKatakana(String text, int index) {
        int from = index;
        while (from > 0 && index - from <= LONGEST_LOANWORD && isKatakana(text.charAt(from - 1))) {
            from--;
        }
        int to = index;
        while (to < text.length() && to - from <= LONGEST_LOANWORD && isKatakana(text.charAt(to))) {
            to++;
        }
        return from < index && index < to && to - from <= LONGEST_LOANWORD;
    }

    private static boolean isKatakana(char letter) {
        return letter == 'ー' || UScript.getScript(letter) == UScript.KATAKANA;
    }

    /** The words of a phrase: the boundaries of words where a line may end, but not within a loanword in katakana. */
    static List<String> words(String phrase, ULocale language) {
        return words(phrase, language, true);
    }

    /** The words of a phrase as dictionaries know them. */
    static List<String> dictionaryWords(String phrase, ULocale language) {
        return words(phrase, language, false);
    }

    private static List<String> words(String phrase, ULocale language, boolean loanwordsWhole) {
        BreakIterator lines = BreakIterator.getLineInstance(language.setKeywordValue("lb", "strict"));
        lines.setText(phrase);
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        int end = 0;
        for (String piece : pieces(phrase, BreakIterator.getWordInstance(language))) {
            word.append(piece);
            end += piece.length();
            if (lines.isBoundary(end) && !(loanwordsWhole && isInKatakana(phrase, end))) {
                words.add(word.toString());
                word.setLength(0);
            }
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    /** The parts of an address that is too long for a line. */
    static List<String> addressParts(String address) {
        return List.of(IN_ADDRESS.split(address));
    }

    /** The letters as a reader perceives them (grapheme clusters). */
    static List<String> letters(String text) {
        return pieces(text, BreakIterator.getCharacterInstance(ULocale.ROOT));
    }

    /** The letters, with those that no line may begin with, such as small kana, together with the one before. */
    static List<String> lineLetters(String text, ULocale language) {
        BreakIterator lines = BreakIterator.getLineInstance(language.setKeywordValue("lb", "strict"));
        lines.setText(text);
        List<String> together = new ArrayList<>();
        int end = 0;
        boolean free = true;
        for (String letter : letters(text)) {
            if (free) {
                together.add(letter);
            } else {
                together.set(together.size() - 1, together.get(together.size() - 1) + letter);
            }
            end += letter.length();
            free = lines.isBoundary(end) || !isEastAsian(letter);
        }
        return together;
    }

    /** Whether a letter is of a script that has no blanks between words: Chinese or Japanese. */
    static boolean isEastAsian(String letter) {
        return switch (UScript.getScript(letter.codePointAt(0))) {
            case UScript.HAN, UScript.HIRAGANA, UScript.KATAKANA -> true;
            default -> "。、，！？：；…「」『』（）・ー".contains(letter);
        };
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
