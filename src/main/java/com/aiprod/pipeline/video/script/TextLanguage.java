package com.aiprod.pipeline.video.script;

import com.ibm.icu.lang.UScript;
import com.ibm.icu.util.ULocale;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Corrects a language tag that contradicts the script of the text. */
public final class TextLanguage {

    private static final Set<Integer> NO_SCRIPT = Set.of(UScript.COMMON, UScript.INHERITED, UScript.UNKNOWN);

    /** Han that only traditional texts have, among the most frequent characters. */
    private static final String TRADITIONAL = "們這個來說時國會學對過還沒點後開關長門問間見現實體發當應讓書電車東買賣錢館請謝歡樂風雲龍麵";

    /** The simplified forms of the same. */
    private static final String SIMPLIFIED = "们这个来说时国会学对过还没点后开关长门问间见现实体发当应让书电车东买卖钱馆请谢欢乐风云龙面";

    private TextLanguage() {}

    /**
     * Returns the language to set a text in: the given one if the text is in one of its scripts, otherwise the one that
     * Unicode's "likely subtags" name for the script of most letters.
     */
    public static ULocale of(String text, ULocale given) {
        Map<Integer, Integer> letters = new HashMap<>();
        text.codePoints()
                .map(UScript::getScript)
                .filter(script -> !NO_SCRIPT.contains(script))
                .forEach(script -> letters.merge(script, 1, Integer::sum));
        if (letters.isEmpty()) {
            return given;
        }
        boolean kana = letters.containsKey(UScript.HIRAGANA) || letters.containsKey(UScript.KATAKANA);
        int most = Collections.max(letters.entrySet(), Map.Entry.comparingByValue())
                .getKey();
        if (kana && (most == UScript.HAN || most == UScript.HIRAGANA || most == UScript.KATAKANA)) {
            return given.getLanguage().equals("ja") ? given : ULocale.JAPANESE;
        }
        if (most == UScript.HAN && letters.containsKey(UScript.HANGUL)) {
            return given.getLanguage().equals("ko") ? given : ULocale.KOREAN;
        }
        if (most == UScript.HAN) {
            return isChineseOrJapanese(given) ? given : chinese(text);
        }
        // Most languages are also written in Latin letters, which do not name one.
        return most == UScript.LATIN || uses(given, most)
                ? given
                : ULocale.minimizeSubtags(ULocale.addLikelySubtags(new ULocale("und_" + UScript.getShortName(most))));
    }

    private static boolean isChineseOrJapanese(ULocale given) {
        return uses(given, UScript.HAN) && !given.getLanguage().equals("ko");
    }

    private static ULocale chinese(String text) {
        long traditional = text.chars()
                .filter(c -> TRADITIONAL.indexOf(c) >= 0 && SIMPLIFIED.indexOf(c) < 0)
                .count();
        long simplified = text.chars()
                .filter(c -> SIMPLIFIED.indexOf(c) >= 0 && TRADITIONAL.indexOf(c) < 0)
                .count();
        return traditional > simplified ? ULocale.forLanguageTag("zh-Hant") : ULocale.CHINESE;
    }

    private static boolean uses(ULocale language, int script) {
        BitSet known = new BitSet();
        int[] codes = UScript.getCode(ULocale.addLikelySubtags(language));
        if (codes == null) {
            // Nothing is known of the language, so nothing contradicts it.
            return true;
        }
        for (int code : codes) {
            known.set(code);
        }
        if (language.getScript().isEmpty()) {
            int[] more = UScript.getCode(language);
            for (int i = 0; more != null && i < more.length; i++) {
                known.set(more[i]);
            }
        }
        if (known.get(UScript.SIMPLIFIED_HAN) || known.get(UScript.TRADITIONAL_HAN) || known.get(UScript.JAPANESE)) {
            known.set(UScript.HAN);
        }
        if (known.get(UScript.KOREAN)) {
            known.set(UScript.HANGUL);
        }
        return known.get(script);
    }
}
