package com.aiprod.pipeline.api.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.springframework.http.HttpStatus;

/**
 * The body of every error response: an RFC 9457 problem with the request ID and, for invalid input, all errors.
 *
 * <p>Spring's {@code ProblemDetail} has no typed members for these two. Its {@code instance} is a
 * {@code java.net.URI}, which the path of a rejected request, such as {@code /%zz}, may not be. Outside Spring MVC,
 * it also needs a JSON mapper with Spring's mixin.
 *
 * @param type stable URI reference of the problem type; {@code about:blank} if the status says it all
 * @param title the problem type in words; the same for all problems of a type
 * @param status the HTTP status
 * @param detail what happened this time, for the caller; null if there is nothing to add
 * @param instance the path of the request
 * @param requestId the value of {@code X-Request-Id} in the response
 * @param errors every error in the request; empty unless the input is invalid
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

    private static final JsonMapper MAPPER = new JsonMapper();

    static Problem of(ProblemType type, String detail, String instance, String requestId, List<FieldFault> errors) {
        return new Problem(type.uri(), type.title(), type.status(), detail, instance, requestId, errors);
    }

    /** The problem for a bare HTTP status; its type is {@code about:blank} if the API has no type for the status. */
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

    String toJson() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write a record of strings as JSON", e);
        }
    }
}
