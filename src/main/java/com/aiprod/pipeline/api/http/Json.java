package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.api.problem.InvalidRequestException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;

/** What a request's body may be as a JSON text, and what is said of one that is not so. */
public final class Json {

    static final int MAX_NESTING = 64;

    public static final StreamReadConstraints LIMITS =
            StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build();

    private Json() {}

    /** @throws InvalidRequestException if there is nothing in the body, or it begins as no JSON text does */
    public static void requireText(String body) {
        if (body == null || body.isBlank()) {
            throw new InvalidRequestException("The body is empty; send a JSON object.");
        }
        if (body.charAt(0) == '\uFEFF') {
            throw new InvalidRequestException(
                    "The body begins with a byte order mark (BOM), which JSON does not have; leave it out.");
        }
    }

    /** What is wrong with a body, and where. */
    public static InvalidRequestException fault(JsonProcessingException failure) {
        return new InvalidRequestException(cause(failure) + at(failure.getLocation()));
    }

    /** Jackson has one exception for all of its limits. */
    private static String cause(JsonProcessingException failure) {
        String told = String.valueOf(failure.getOriginalMessage());
        if (told.startsWith("Duplicate field")) {
            return "The JSON names a property twice in one object";
        }
        if (!(failure instanceof StreamConstraintsException)) {
            return "The body is not valid JSON";
        }
        if (told.startsWith("Document nesting")) {
            return "The JSON is nested deeper than " + MAX_NESTING + " levels";
        }
        if (told.startsWith("Number")) {
            return "A number in the JSON has more than " + LIMITS.getMaxNumberLength() + " characters";
        }
        return told.startsWith("Name")
                ? "A name in the JSON has more than " + LIMITS.getMaxNameLength() + " characters"
                : "The JSON is larger than what is read here";
    }

    public static String at(JsonLocation location) {
        return location == null ? "." : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ").";
    }
}
