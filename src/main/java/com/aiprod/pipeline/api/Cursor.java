package com.aiprod.pipeline.api;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A place in a list that is ordered by creation time and id, newest first. Clients see an opaque text. It gives no
 * access, since every query also binds the caller; its checksum only tells an honest cursor from a damaged one.
 *
 * @param createdAt the last seen row's time, in UTC with the database's microseconds
 * @param id the last seen row's id, which decides between rows of the same time
 */
record Cursor(String createdAt, String id) {

    private static final String VERSION = "1";
    private static final Pattern TEXT = Pattern.compile(
            VERSION + "\\|(\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z)\\|([0-9a-f-]{36})\\|([0-9a-f]{1,8})");
    private static final int MAX_LENGTH = 200;

    /** The opaque text that {@link #decode} reads. */
    String encode() {
        String place = VERSION + "|" + createdAt + "|" + id;
        String text = place + "|" + checksum(place);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The place that a text stands for, or empty if {@link #encode} did not make it. */
    static Optional<Cursor> decode(String opaque) {
        if (opaque.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            Matcher text = TEXT.matcher(new String(Base64.getUrlDecoder().decode(opaque), StandardCharsets.ISO_8859_1));
            if (!text.matches() || !JobId.isUuid(text.group(2))) {
                return Optional.empty();
            }
            // Re-encoding also refuses the spare bits of Base64 and a wrong checksum.
            return Optional.of(new Cursor(text.group(1), text.group(2)))
                    .filter(cursor -> isTime(cursor.createdAt))
                    .filter(cursor -> cursor.encode().equals(opaque));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isTime(String text) {
        try {
            return Instant.parse(text).isAfter(Instant.EPOCH);
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return Long.toHexString(crc.getValue());
    }
}
