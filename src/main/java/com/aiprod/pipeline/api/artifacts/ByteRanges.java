package com.aiprod.pipeline.api.artifacts;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses {@code Range} (RFC 9110, section 14). Spring's {@code HttpRange} differs from the RFC. These get 416
 * from Spring: another unit or a malformed header, which must be ignored; {@code BYTES=0-1}, although a unit is valid
 * in any case; a position that does not fit into a {@code long}; several ranges of which only one is beyond the end;
 * and ranges that together are as large as the file or larger.
 */
final class ByteRanges {

    private static final String UNIT = "bytes=";
    private static final Pattern RANGE = Pattern.compile("([0-9]*)-([0-9]*)");
    private static final Pattern BEYOND_LONG = Pattern.compile("0*[1-9][0-9]{18,}");

    /** Spring accepts no more. */
    private static final int MAX_RANGES = 100;

    private ByteRanges() {}

    /**
     * The requested ranges of a file, as Spring accepts them.
     *
     * @param header the value of {@code Range}
     * @param length the size of the file, in bytes
     * @return the ranges, cut to the file's size; a range beyond the end if the file has none of them; null if the
     *     header must be ignored: another unit, malformed, or ranges that together are as large as the file or larger
     */
    static String read(String header, long length) {
        if (!header.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
            return null;
        }
        List<String> within = new ArrayList<>();
        boolean any = false;
        long sum = 0;
        for (String element : header.substring(UNIT.length()).split(",")) {
            String range = element.strip();
            if (range.isEmpty()) {
                continue;
            }
            Matcher bounds = RANGE.matcher(range);
            if (!bounds.matches() || range.equals("-")) {
                return null;
            }
            any = true;
            boolean suffix = bounds.group(1).isEmpty();
            long last = suffix || bounds.group(2).isEmpty() ? length - 1 : number(bounds.group(2));
            long first = suffix ? length - Math.min(number(bounds.group(2)), length) : number(bounds.group(1));
            if (!suffix && !bounds.group(2).isEmpty() && last < first) {
                return null;
            }
            if (first < length) {
                last = Math.min(last, length - 1);
                within.add(first + "-" + last);
                sum += last - first + 1;
            }
        }
        if (!any || within.size() > MAX_RANGES || (within.size() > 1 && sum >= length)) {
            return null;
        }
        return UNIT + (within.isEmpty() ? length + "-" : String.join(",", within));
    }

    private static long number(String digits) {
        return BEYOND_LONG.matcher(digits).matches() ? Long.MAX_VALUE : Long.parseLong(digits);
    }
}
