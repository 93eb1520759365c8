package com.aiprod.pipeline.pipelines.trial;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.StageException;
import com.aiprod.pipeline.stage.TransientStageException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * What takes the place of a step.
 *
 * @param body the body that it leaves: a Map, a List, a text, a number, or a boolean; null for none
 * @param keepsBody whether it leaves the body as it is
 * @param status the HTTP status of an answer, whose body a step reads as JSON text; null for a step that is no HTTP call
 * @param headers the headers that it sets
 * @param variables the exchange variables that it sets
 * @param failure code and text of what it throws instead, as for {@code throwException}; null for nothing
 * @param passes whether it throws what a retry may help
 */
public record Stub(
        Object body,
        boolean keepsBody,
        Integer status,
        Map<String, Object> headers,
        Map<String, Object> variables,
        String failure,
        boolean passes) {

    /** A step that leaves this body. */
    static Stub of(Object body) {
        return new Stub(body, false, null, Map.of(), Map.of(), null, false);
    }

    /** Does to the exchange what the step would do. */
    void apply(Exchange exchange) {
        if (failure != null) {
            StageException thrown =
                    passes ? new TransientStageException(failure) : new PermanentStageException(failure);
            exchange.setException(thrown);
            return;
        }
        if (!keepsBody) {
            exchange.getMessage().setBody(status == null || body instanceof String ? copy(body) : text(body));
        }
        if (status != null) {
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        }
        exchange.getMessage().getHeaders().putAll(headers);
        variables.forEach((name, value) -> exchange.setVariable(name, copy(value)));
    }

    private static String text(Object body) {
        try {
            return body == null ? "" : new ObjectMapper().writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A pipeline may change what it gets, and a stub may serve several times. */
    static Object copy(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, inner) -> copy.put(key, copy(inner)));
            return copy;
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(inner -> copy.add(copy(inner)));
            return copy;
        }
        return value;
    }
}
