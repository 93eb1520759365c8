package com.aiprod.pipeline.api.submit;

import com.aiprod.pipeline.api.problem.FieldFault;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import java.util.List;
import java.util.regex.Pattern;

/** Parses {@code Idempotency-Key}: bare, or a quoted string as in draft-ietf-httpapi-idempotency-key-header. */
public final class IdempotencyKey {

    static final String HEADER = "Idempotency-Key";

    private static final Pattern VISIBLE_ASCII = Pattern.compile("[\\x21-\\x7E]{1,255}");

    /** RFC 8941, section 3.3.3: a quoted string must escape quotes and backslashes, and nothing else. */
    private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"\\\\]|\\\\[\"\\\\])*)\"");

    private IdempotencyKey() {}

    /**
     * The key in a request's header lines.
     *
     * @return 1 to 255 visible ASCII characters, or null if there is no such header
     * @throws InvalidRequestException if the header is invalid
     */
    static String parse(List<String> lines) {
        if (lines.isEmpty()) {
            return null;
        }
        if (lines.size() > 1) {
            throw unusable("is given more than once");
        }
        String key = lines.get(0).strip();
        if (key.startsWith("\"")) {
            var quoted = QUOTED.matcher(key);
            if (!quoted.matches()) {
                throw unusable("is not a valid quoted string");
            }
            key = quoted.group(1).replaceAll("\\\\(.)", "$1");
        }
        if (!VISIBLE_ASCII.matcher(key).matches()) {
            throw unusable("must be 1 to 255 visible ASCII characters");
        }
        return key;
    }

    private static InvalidRequestException unusable(String why) {
        return new InvalidRequestException(List.of(new FieldFault(HEADER, why)));
    }
}
