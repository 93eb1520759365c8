package com.aiprod.pipeline.video.script;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.text.DateFormatSymbols;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the sentences of a line: Unicode's rules, and what they do not know about abbreviations and numbers. ICU's own
 * filter for abbreviations compares only the last letters, so the German "r." in its list joins every sentence that
 * ends with "Meer." to the next one.
 */
public final class Sentences {

    private static final Set<String> ABBREVIATIONS = new HashSet<>();
    private static final Set<String> BEFORE_NUMBERS = new HashSet<>();

    static {
        for (String line : WordLists.lines("abbreviations.txt")) {
            int colon = line.indexOf(':');
            (line.startsWith("before a number") ? BEFORE_NUMBERS : ABBREVIATIONS)
                    .addAll(List.of(line.substring(colon + 1).strip().split(" +")));
        }
    }

    /** One letter, or several with a period after each: "U.S.", "z.", "J. R. R." */
    private static final Pattern INITIALS = Pattern.compile("(?:[\\p{L}]\\.)+");

    /** They look like initials, and as often end a sentence. */
    private static final Set<String> ENDING = Set.of("I.", "a.m.", "p.m.");

    /** A number that heads what follows: "1." at the start of a line. */
    private static final Pattern ENUMERATION = Pattern.compile("\\(?\\d{1,3}[.)]\\)?");

    /** The end of what somebody says; a small letter after it continues the sentence. */
    private static final Pattern QUOTE = Pattern.compile("[\"”“»«’]\\p{Po}*$");

    private static final Pattern ORDINAL = Pattern.compile("\\d{1,2}\\.");

    private Sentences() {}

    /** Returns the sentences with the white space after each; together they are the line. Not empty. */
    public static List<String> of(String line, ULocale language) {
        BreakIterator ends = BreakIterator.getSentenceInstance(language);
        ends.setText(line);
        List<UnbrokenWords.Range> unbroken = UnbrokenWords.in(line);
        Set<String> months = months(language);
        List<String> sentences = new ArrayList<>();
        int start = 0;
        int range = 0;
        for (int found = ends.next(); found != BreakIterator.DONE; found = ends.next()) {
            int end = afterClosing(line, beforeOpening(line, start, found));
            if (end <= start) {
                continue;
            }
            while (range < unbroken.size() && unbroken.get(range).to() <= end) {
                range++;
            }
            boolean inside = range < unbroken.size() && unbroken.get(range).from() < end;
            if (end == line.length() || (!inside && isEnd(line, start, end, months))) {
                sentences.add(line.substring(start, end));
                start = end;
            }
        }
        return sentences.isEmpty() ? List.of(line) : sentences;
    }

    /** Whether a word is an abbreviation or an initial, which readers take together with the next word. */
    public static boolean isAbbreviation(String word) {
        return ABBREVIATIONS.contains(word)
                || BEFORE_NUMBERS.contains(word)
                || INITIALS.matcher(word).matches();
    }

    private static boolean isEnd(String line, int start, int end, Set<String> months) {
        String sentence = line.substring(start, end).strip();
        String word = sentence.substring(Math.max(sentence.lastIndexOf(' '), sentence.lastIndexOf('(')) + 1);
        String next = line.substring(end, Math.min(line.length(), end + 24)).strip();
        if (QUOTE.matcher(sentence).find() && !next.isEmpty() && Character.isLowerCase(next.charAt(0))) {
            return false;
        }
        if (ENUMERATION.matcher(sentence).matches() || sentence.chars().noneMatch(Character::isLetterOrDigit)) {
            return false;
        }
        if (ABBREVIATIONS.contains(word) || (INITIALS.matcher(word).matches() && !ENDING.contains(word))) {
            return false;
        }
        if (!next.isEmpty() && Character.isDigit(next.charAt(0)) && BEFORE_NUMBERS.contains(word)) {
            return false;
        }
        return !(ORDINAL.matcher(word).matches() && months.stream().anyMatch(next::startsWith));
    }

    /** A closing guillemet after a blank, as in French, belongs to the sentence that it quotes. */
    private static int afterClosing(String line, int end) {
        boolean opening = end + 1 < line.length() && Character.isLetterOrDigit(line.charAt(end + 1));
        if (end == line.length() || line.charAt(end) != '»' || opening) {
            return end;
        }
        String before = line.substring(0, end);
        if (before.lastIndexOf('«') <= before.lastIndexOf('»')) {
            return end;
        }
        int after = end + 1;
        while (after < line.length() && " .,;:!?…".indexOf(line.charAt(after)) >= 0) {
            after++;
        }
        return after;
    }

    /** Unicode's rules take an opening bracket after a period for a closing one. */
    private static int beforeOpening(String line, int start, int found) {
        int end = found;
        while (end > start + 1 && end < line.length() && "「『（〈《【“‘«([".indexOf(line.charAt(end - 1)) >= 0) {
            end--;
        }
        // German and Danish quotes begin with it.
        boolean opening = end > start + 1
                && end < line.length()
                && line.charAt(end - 1) == '»'
                && Character.isWhitespace(line.charAt(end - 2))
                && Character.isLetterOrDigit(line.charAt(end));
        return opening ? end - 1 : end;
    }

    private static Set<String> months(ULocale language) {
        Set<String> months = new HashSet<>();
        for (String month : new DateFormatSymbols(language).getMonths()) {
            if (month.length() >= 3 && Character.isLetter(month.charAt(0))) {
                months.add(month);
            }
        }
        return months;
    }
}
