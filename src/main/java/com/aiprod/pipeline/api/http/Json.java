package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.api.problem.InvalidRequestException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;

/** The limits on JSON in a request body, and the error messages for a body that breaks them. */
public final class Json {

    static final int MAX_NESTING = 64;

    private static final int MAX_NAME_CHARACTERS_QUOTED = 64;

    /** What a parser of a request body accepts. */
    public static final StreamReadConstraints LIMITS =
            StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build();

    private Json() {}

    /** @throws InvalidRequestException if the body is blank, or begins with a byte order mark */
    public static void requireText(String body) {
        if (body == null || body.isBlank()) {
            throw new InvalidRequestException("The body is empty. Send a JSON object.");
        }
        if (body.charAt(0) == '\uFEFF') {
            throw new InvalidRequestException(
                    "The body begins with a byte order mark (BOM), which JSON does not allow. Remove it.");
        }
    }

    /** An error that says what is wrong with a body, and where. */
    public static InvalidRequestException fault(JsonProcessingException failure) {
        return new InvalidRequestException(cause(failure) + at(failure.getLocation()));
    }

    /** Jackson has a single exception type for all of its limits. */
    private static String cause(JsonProcessingException failure) {
        String message = String.valueOf(failure.getOriginalMessage());
        if (message.startsWith("Duplicate field")) {
            return "The JSON has a property twice in one object";
        }
        if (!(failure instanceof StreamConstraintsException)) {
            return "The body is not valid JSON";
        }
        if (message.startsWith("Document nesting")) {
            return "The JSON is nested deeper than " + MAX_NESTING + " levels";
        }
        if (message.startsWith("Number")) {
            return "A number in the JSON has more than " + LIMITS.getMaxNumberLength() + " characters";
        }
        return message.startsWith("Name")
                ? "A name in the JSON has more than " + LIMITS.getMaxNameLength() + " characters"
                : "The JSON exceeds a size limit";
    }

    /** Where an error is, as the end of a sentence; a full stop if the location is null. */
    public static String at(JsonLocation location) {
        return location == null ? "." : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ").";
    }

    /** A name from the request, shortened and made printable so that a response can quote it. */
    public static String quoted(String name) {
        return name.codePoints()
                .limit(MAX_NAME_CHARACTERS_QUOTED)
                .map(c -> Character.isISOControl(c) || (c < 0x10000 && Character.isSurrogate((char) c)) ? '\uFFFD' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
