package com.aiprod.pipeline.video;

import com.ibm.icu.lang.UScript;

/** Estimates how long people need to read text on a screen. */
final class ReadingSpeed {

    private ReadingSpeed() {}

    /**
     * Seconds that an adult needs, by the characters per second that Netflix's "Timed Text Style Guides" allow for
     * subtitles: 4 in Japanese, 9 in Chinese, 12 in Korean, and about 17 in alphabetic scripts.
     *
     * @param japanese whether Han characters are Japanese, which are read more slowly
     */
    static double seconds(String text, boolean japanese) {
        return text.codePoints()
                .mapToDouble(c -> switch (UScript.getScript(c)) {
                    case UScript.HIRAGANA, UScript.KATAKANA -> 1 / 4.0;
                    case UScript.HAN -> japanese ? 1 / 4.0 : 1 / 9.0;
                    case UScript.HANGUL -> 1 / 12.0;
                    case UScript.INHERITED -> 0;
                    default -> 1 / 17.0;
                })
                .sum();
    }

    /** The width of a text in Latin letters; East Asian characters count twice. */
    static int width(String text) {
        return text.codePoints()
                .map(c -> switch (UScript.getScript(c)) {
                    case UScript.HIRAGANA, UScript.KATAKANA, UScript.HAN, UScript.HANGUL -> 2;
                    case UScript.INHERITED -> 0;
                    default -> c == LineBreaks.SOFT_HYPHEN ? 0 : 1;
                })
                .sum();
    }
}
