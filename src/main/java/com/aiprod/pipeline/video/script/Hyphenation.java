package com.aiprod.pipeline.video.script;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.util.ULocale;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Divides words into syllables by the patterns of the TeX hyphenation project, with Liang's algorithm (F. M. Liang,
 * "Word Hy-phen-a-tion by Com-put-er", 1983). The files are the project's own, with their licenses.
 */
public final class Hyphenation {

    private static final Map<String, Optional<Hyphenation>> LOADED = new ConcurrentHashMap<>();
    private static final Pattern BLOCK = Pattern.compile("\\\\(patterns|hyphenation)\\s*\\{([^}]*)}");
    private static final Pattern COMMENT = Pattern.compile("(?m)%.*$");
    private static final Pattern SMALLEST = Pattern.compile("typesetting:\\s*%\\s*left: (\\d+)\\s*%\\s*right: (\\d+)");
    private static final Pattern LETTERS = Pattern.compile("[\\p{L}\\p{M}’']+");
    private static final int LONGEST = 100;

    /** Norwegian has several language codes. */
    private static final Map<String, String> SAME = Map.of("nb", "no", "nn", "no");

    private final Map<String, int[]> patterns = new HashMap<>();
    private final Map<String, List<Integer>> exceptions = new HashMap<>();
    private final int left;
    private final int right;
    private int longest;

    private Hyphenation(String file) {
        Matcher smallest = SMALLEST.matcher(file);
        boolean given = smallest.find();
        // A single letter before or after a hyphen looks wrong on a screen.
        left = Math.max(2, given ? Integer.parseInt(smallest.group(1)) : 2);
        right = Math.max(2, given ? Integer.parseInt(smallest.group(2)) : 2);
        Matcher block = BLOCK.matcher(COMMENT.matcher(file).replaceAll(""));
        while (block.find()) {
            for (String entry : block.group(2).trim().split("\\s+")) {
                if (block.group(1).equals("patterns")) {
                    addPattern(entry);
                } else {
                    addException(entry);
                }
            }
        }
    }

    /** Returns the patterns of a language; empty if there are none. */
    public static Optional<Hyphenation> of(ULocale language) {
        String code = SAME.getOrDefault(language.getLanguage(), language.getLanguage());
        boolean british = code.equals("en")
                && !language.getCountry().isEmpty()
                && !language.getCountry().equals("US");
        return LOADED.computeIfAbsent(british ? "en-gb" : code, Hyphenation::load);
    }

    private static Optional<Hyphenation> load(String name) {
        try (InputStream in = Hyphenation.class.getResourceAsStream("/language/hyphenation/" + name + ".tex")) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new Hyphenation(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the hyphenation patterns " + name, e);
        }
    }

    /** A pattern such as {@code .ad4der}: letters, and between them the weight of a hyphen there. */
    private void addPattern(String pattern) {
        StringBuilder letters = new StringBuilder();
        int[] weights = new int[pattern.length() + 1];
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c >= '0' && c <= '9') {
                weights[letters.length()] = c - '0';
            } else {
                letters.append(c);
            }
        }
        longest = Math.max(longest, letters.length());
        patterns.put(letters.toString(), Arrays.copyOf(weights, letters.length() + 1));
    }

    private void addException(String word) {
        List<Integer> hyphens = new ArrayList<>();
        int index = 0;
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) == '-') {
                hyphens.add(index);
            } else {
                index++;
            }
        }
        exceptions.put(word.replace("-", ""), hyphens);
    }

    /**
     * Returns the parts of a piece of text between possible hyphens; together they are the text. Punctuation stays with
     * the letters beside it.
     */
    public List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        Matcher word = LETTERS.matcher(text);
        while (word.find()) {
            for (int hyphen : hyphens(word.group())) {
                parts.add(text.substring(start, word.start() + hyphen));
                start = word.start() + hyphen;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private List<Integer> hyphens(String word) {
        String small = UCharacter.toLowerCase(ULocale.ROOT, word).replace('’', '\'');
        if (small.length() != word.length() || word.length() < left + right || word.length() > LONGEST) {
            return List.of();
        }
        if (exceptions.containsKey(small)) {
            return exceptions.get(small);
        }
        String framed = "." + small + ".";
        int[] weights = new int[framed.length() + 1];
        for (int from = 0; from < framed.length(); from++) {
            for (int to = from + 1; to <= Math.min(framed.length(), from + longest); to++) {
                int[] found = patterns.get(framed.substring(from, to));
                for (int i = 0; found != null && i < found.length; i++) {
                    weights[from + i] = Math.max(weights[from + i], found[i]);
                }
            }
        }
        List<Integer> hyphens = new ArrayList<>();
        for (int i = left; i <= word.length() - right; i++) {
            if (weights[i + 1] % 2 == 1) {
                hyphens.add(i);
            }
        }
        return hyphens;
    }
}
