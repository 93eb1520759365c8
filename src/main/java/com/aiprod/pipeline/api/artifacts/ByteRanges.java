package com.aiprod.pipeline.api.artifacts;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header {@code Range} by RFC 9110, section 14; Spring's reader refuses much of what is to be ignored or cut. */
final class ByteRanges {

    private static final String UNIT = "bytes=";
    private static final Pattern RANGE = Pattern.compile("([0-9]*)-([0-9]*)");
    private static final Pattern BEYOND_LONG = Pattern.compile("0*[1-9][0-9]{18,}");

    /** Spring takes no more. */
    private static final int MOST = 100;

    private ByteRanges() {}

    /**
     * The ranges of a file that a client wants.
     *
     * @param header its {@code Range}
     * @param length of the file, in bytes
     * @return the same without what the file does not have; a range beyond its end if it has none of them; null where the
     *     header is to be ignored: another unit, not well-formed, or ranges that are together no less than the file
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
        if (!any || within.size() > MOST || (within.size() > 1 && sum >= length)) {
            return null;
        }
        return UNIT + (within.isEmpty() ? length + "-" : String.join(",", within));
    }

    private static long number(String digits) {
        return BEYOND_LONG.matcher(digits).matches() ? Long.MAX_VALUE : Long.parseLong(digits);
    }
}
