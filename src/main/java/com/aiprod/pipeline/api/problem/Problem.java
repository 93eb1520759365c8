package com.aiprod.pipeline.api.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.springframework.http.HttpStatus;

/**
 * The body of every error answer: RFC 9457, with the request's id and, for bad input, all faults.
 *
 * @param type stable URI reference of the kind of problem; {@code about:blank} where the status says it all
 * @param title the kind of problem in words; the same for all of a kind
 * @param status the HTTP status
 * @param detail what happened this time, for the caller; null when there is nothing to add
 * @param instance the path that was called
 * @param requestId the value of the answer's {@code X-Request-Id}
 * @param errors every fault of the request; empty unless it was bad input
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        @JsonProperty("request_id") String requestId,
        List<FieldFault> errors) {

    static final String MEDIA_TYPE = "application/problem+json";

    private static final JsonMapper MAPPER = new JsonMapper();

    /** A problem of a kind. */
    static Problem of(ProblemType type, String detail, String instance, String requestId, List<FieldFault> errors) {
        return new Problem(type.uri(), type.title(), type.status(), detail, instance, requestId, errors);
    }

    /** What a bare HTTP status says; of the standard's own kind ({@code about:blank}) where the API has none. */
    static Problem ofStatus(int status, String detail, String instance, String requestId) {
        return ProblemType.ofStatus(status)
                .map(type -> of(type, detail, instance, requestId, List.of()))
                .orElseGet(() ->
                        new Problem("about:blank", reason(status), status, detail, instance, requestId, List.of()));
    }

    private static String reason(int status) {
        HttpStatus known = HttpStatus.resolve(status);
        return known == null ? "HTTP status " + status : known.getReasonPhrase();
    }

    /** This problem as a JSON text. */
    String toJson() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record of strings could not be written as JSON", e);
        }
    }
}
