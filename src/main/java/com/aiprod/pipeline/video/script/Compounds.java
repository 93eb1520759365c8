package com.aiprod.pipeline.video.script;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.util.ULocale;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where compounds have their joints, which are better places for a hyphen than the middle of a part. */
public final class Compounds {

    private static final Set<String> GERMAN = new HashSet<>();
    /** Shorter parts are also found where they mean nothing. */
    private static final int SHORTEST = 4;

    private static final int LONGEST;

    static {
        WordLists.lines("compounds/de.txt").forEach(line -> GERMAN.addAll(List.of(line.split(" "))));
        LONGEST = GERMAN.stream().mapToInt(String::length).max().orElse(0);
    }

    private Compounds() {}

    /**
     * Returns which of the places of a hyphen are joints: beside a known part, and inside none.
     *
     * @param text a word, with punctuation beside it
     * @param places indexes in the text
     * @return empty if the language has no list, or if no place is known to be a joint
     */
    public static Set<Integer> joints(String text, List<Integer> places, ULocale language) {
        Set<Integer> joints = new HashSet<>();
        String small = UCharacter.toLowerCase(ULocale.ROOT, text);
        if (!language.getLanguage().equals("de") || small.length() != text.length()) {
            return joints;
        }
        Set<Integer> inside = new HashSet<>();
        for (int from = 0; from < small.length(); from++) {
            for (int to = from + SHORTEST; to <= Math.min(small.length(), from + LONGEST); to++) {
                if (GERMAN.contains(small.substring(from, to))) {
                    joints.add(from);
                    joints.add(to);
                    for (int place = from + 1; place < to; place++) {
                        inside.add(place);
                    }
                }
            }
        }
        joints.removeAll(inside);
        joints.retainAll(places);
        return joints;
    }
}
