package com.aiprod.pipeline.video.script;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what readers copy or recognize as one thing: web and e-mail addresses, handles, hashtags, prices, quantities
 * with their units, times, and telephone numbers. None of them is cut, hyphenated, or read from right to left.
 */
public final class UnbrokenWords {

    /**
     * A part of a text that stays whole.
     *
     * @param from index of its first character
     * @param to index after its last character
     * @param address whether it is an address, handle, or hashtag, which may be set smaller to fit
     */
    public record Range(int from, int to, boolean address) {}

    /** The end of an address is not the punctuation of the sentence around it. */
    private static final String ADDRESS = "(?<address>"
            + "(?:https?://|www\\.)[^\\s<>\"“”«»]*[^\\s<>\"“”«».,;:!?'’)\\]…。、，！？]"
            + "|[\\w.+%-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,4}"
            + "|(?<![\\w@./])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.){1,4}"
            + "(?:com|org|net|info|biz|app|shop|store|online|site|dev|io|ai|tv|me|co|eu|de|fr|es|it|nl|be|at|ch|pl|pt|br"
            + "|ru|ua|tr|se|no|dk|fi|cz|uk|us|ca|au|nz|in|jp|cn|kr|il|ae|sa|eg|mx|ar|example|test)\\b"
            + "(?:/[^\\s<>\"“”«»]*[^\\s<>\"“”«».,;:!?'’)\\]…。、，！？])?"
            + "|(?<![\\w@])[@#＃][\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_.-]{0,99}(?<![.-])"
            + ")";

    private static final String NUMBER = "\\d{1,9}(?:[.,'’\\u00A0 ]\\d{3}){0,4}(?:[.,]\\d{1,6})?";
    private static final String CURRENCY =
            "(?:[$€£¥₹₽₩₪₺₴₫฿₿￥]|(?:US|AU|CA|HK)\\$|EUR|USD|GBP|CHF|JPY|zł|Kč|kr\\.?|руб\\.?|грн|TL|ر\\.س|د\\.إ)";
    private static final String UNIT =
            "(?:%|‰|°[CF]?|km/h|[kcmµ]?m[²³]?|[kmµ]?g|[mcd]?l|[kMGT]?B|[kMG]?Hz|[kM]?Wh?|V|mAh|oz|lbs?|ft|in"
                    + "|cm|mm|km|kg|ml|min|sec|hrs?|h|s|px|fps|a\\.m\\.|p\\.m\\.|am|pm|AM|PM|Uhr|heures?|часов|кг|км|см|мм|г|л|м|год|元|円|원)";

    private static final Pattern UNBROKEN = Pattern.compile(
            ADDRESS
                    + "|(?<![\\w.])(?:\\+\\d{1,3}(?:[ ./-]?\\(?\\d{1,12}\\)?){1,6}"
                    + "|\\(?0\\d{1,5}\\)?(?:[ ./-]{1,2}\\d{1,9}){1,5}|\\(?\\d{3}\\)?[ .-]\\d{3}[ .-]\\d{4})(?!\\w)"
                    + "|" + CURRENCY + " ?" + NUMBER + "(?:[–-]" + CURRENCY + "?" + NUMBER
                    + ")?(?: ?(?:k|M|bn|mn|Mio\\.?))?(?![\\w])"
                    + "|(?<![\\w.])" + NUMBER + "(?:[–-]" + NUMBER + ")? ?" + CURRENCY + "(?![\\p{L}])"
                    + "|(?<![\\w.])" + NUMBER + "(?:[–x×-]" + NUMBER + ")? ?" + UNIT + "(?![\\p{L}\\p{N}])"
                    + "|(?<![\\w.])\\d{1,2}[:.h]\\d{2}(?:[–-]\\d{1,2}[:.h]\\d{2})?(?: ?(?:a\\.m\\.|p\\.m\\.|am|pm|AM|PM|Uhr))?(?![\\w])"
                    + "|(?<![\\w.])\\d[\\d.,:/–-]*\\d",
            Pattern.UNICODE_CHARACTER_CLASS);

    /** What each of them has at least one of. */
    private static final Pattern MARKED = Pattern.compile("[\\p{Nd}@#＃]|[.:][^ ]");

    private UnbrokenWords() {}

    /** Returns the parts that stay whole, in order; they do not overlap. */
    public static List<Range> in(String text) {
        List<Range> ranges = new ArrayList<>();
        if (!MARKED.matcher(text).find()) {
            return ranges;
        }
        Matcher found = UNBROKEN.matcher(text);
        while (found.find()) {
            ranges.add(new Range(found.start(), found.end(), found.group("address") != null));
        }
        return ranges;
    }
}
