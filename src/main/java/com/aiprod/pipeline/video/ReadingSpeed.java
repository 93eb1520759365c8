package com.aiprod.pipeline.video;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UCharacterCategory;
import com.ibm.icu.lang.UProperty;
import com.ibm.icu.lang.UScript;

/** Estimates how long people need to read text on a screen. */
final class ReadingSpeed {

    private ReadingSpeed() {}

    /**
     * Seconds that an adult needs, by the characters per second that Netflix's "Timed Text Style Guides" allow for
     * subtitles: 4 in Japanese, 9 in Chinese, 12 in Korean, and about 17 in alphabetic scripts. Vowel signs and other
     * marks are part of their letter.
     *
     * @param japanese whether Han characters are Japanese, which are read more slowly
     */
    static double seconds(String text, boolean japanese) {
        return text.codePoints()
                .filter(c -> !isPartOfLetter(c))
                .mapToDouble(c -> switch (UScript.getScript(c)) {
                    case UScript.HIRAGANA, UScript.KATAKANA -> 1 / 4.0;
                    case UScript.HAN -> japanese ? 1 / 4.0 : 1 / 9.0;
                    case UScript.HANGUL -> 1 / 12.0;
                    default -> 1 / 17.0;
                })
                .sum();
    }

    /** The width of a text in Latin letters; East Asian characters count twice. */
    static int width(String text) {
        return text.codePoints()
                .filter(c -> !isPartOfLetter(c))
                .map(c -> switch (UScript.getScript(c)) {
                    case UScript.HIRAGANA, UScript.KATAKANA, UScript.HAN, UScript.HANGUL -> 2;
                    default -> 1;
                })
                .sum();
    }

    private static boolean isPartOfLetter(int codePoint) {
        return switch (UCharacter.getType(codePoint)) {
            case UCharacterCategory.NON_SPACING_MARK,
                    UCharacterCategory.COMBINING_SPACING_MARK,
                    UCharacterCategory.ENCLOSING_MARK -> true;
            default -> UCharacter.hasBinaryProperty(codePoint, UProperty.DEFAULT_IGNORABLE_CODE_POINT);
        };
    }
}
