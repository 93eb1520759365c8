package com.aiprod.pipeline.api.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A place in a list that is ordered by creation time and id, newest first. Clients see an opaque text. It gives no
 * access, since every query also binds the caller; its checksum only tells an honest cursor from a damaged one.
 *
 * @param createdAt the last seen row's time, with the database's microseconds
 * @param id the last seen row's id, a UUID, which decides between rows of the same time
 */
public record Cursor(Instant createdAt, String id) {

    private static final String VERSION = "1";
    private static final int MAX_LENGTH = 200;

    /** PostgreSQL takes no year of five digits without further ado, and no job is of that time. */
    private static final Instant END_OF_TIME = Instant.parse("9999-12-31T23:59:59Z");

    /** The opaque text that {@link #decode} reads. */
    String encode() {
        String place = VERSION + "|" + createdAt + "|" + id;
        CRC32 checksum = new CRC32();
        checksum.update(place.getBytes(StandardCharsets.US_ASCII));
        String text = place + "|" + Long.toHexString(checksum.getValue());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The place that a text stands for, or empty if {@link #encode} did not make it. */
    static Optional<Cursor> decode(String opaque) {
        if (opaque.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            String[] parts =
                    new String(Base64.getUrlDecoder().decode(opaque), StandardCharsets.ISO_8859_1).split("\\|", -1);
            if (parts.length != 4 || !PathId.isUuid(parts[2])) {
                return Optional.empty();
            }
            // Making the text anew shows every change to it: of the version, the checksum or Base64's spare bits.
            return Optional.of(new Cursor(Instant.parse(parts[1]), parts[2]))
                    .filter(cursor -> cursor.createdAt.isAfter(Instant.EPOCH) && cursor.createdAt.isBefore(END_OF_TIME))
                    .filter(cursor -> cursor.encode().equals(opaque));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
