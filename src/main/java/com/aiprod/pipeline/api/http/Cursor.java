package com.aiprod.pipeline.api.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A position in a list that is ordered by creation time and ID, newest first. Clients see opaque text. A cursor grants
 * no access, because every query also binds the caller; the checksum only detects a damaged cursor.
 *
 * @param createdAt creation time of the last row seen, with the database's microseconds
 * @param id ID of the last row seen, a UUID, which orders rows of the same time
 */
public record Cursor(Instant createdAt, String id) {

    private static final String VERSION = "1";
    private static final int MAX_LENGTH = 200;

    /** PostgreSQL does not accept a five-digit year as ISO 8601 writes it, and no job is that late. */
    private static final Instant END_OF_TIME = Instant.parse("9999-12-31T23:59:59Z");

    /** The opaque text that {@link #decode} reads. */
    String encode() {
        String place = VERSION + "|" + createdAt + "|" + id;
        CRC32 checksum = new CRC32();
        checksum.update(place.getBytes(StandardCharsets.US_ASCII));
        String text = place + "|" + Long.toHexString(checksum.getValue());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Decodes a cursor; empty if the text is not a result of {@link #encode}. */
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
            // Encoding it again detects every change: to the version, the checksum or the unused bits of Base64.
            return Optional.of(new Cursor(Instant.parse(parts[1]), parts[2]))
                    .filter(cursor -> cursor.createdAt.isAfter(Instant.EPOCH) && cursor.createdAt.isBefore(END_OF_TIME))
                    .filter(cursor -> cursor.encode().equals(opaque));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
