package com.aiprod.pipeline.api.admin;

import com.aiprod.pipeline.api.http.Json;
import com.aiprod.pipeline.api.problem.FieldFault;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Parses a bulk request to redrive or discard dead letters: {@code bean: {ref: bulkRequest, method: parse}}. */
@Component("bulkRequest")
public class BulkRequest {

    static final int DEFAULT_LIMIT = 100;

    /** One statement changes them all while the request waits for it. */
    static final int MAX_LIMIT = 1000;

    private static final JsonMapper MAPPER = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(Json.LIMITS).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Sets the exchange variables {@code errorCode} and {@code limit} (Integer) from the body
     * {@code {"error_code": "…", "limit": …}}.
     *
     * @throws InvalidRequestException with every error in the request
     */
    public void parse(Exchange exchange) {
        JsonNode request = read(exchange.getMessage().getBody(String.class));
        List<FieldFault> faults = new ArrayList<>();
        JsonNode errorCode = request.path("error_code");
        if (errorCode.isMissingNode() || errorCode.isNull()) {
            faults.add(new FieldFault("error_code", "is required"));
        } else if (!errorCode.isTextual() || !ErrorCode.isPossible(errorCode.textValue())) {
            faults.add(new FieldFault("error_code", ErrorCode.RULE));
        }
        JsonNode limit = request.path("limit");
        boolean limited = !limit.isMissingNode() && !limit.isNull();
        if (limited && !(limit.isInt() && limit.intValue() >= 1 && limit.intValue() <= MAX_LIMIT)) {
            faults.add(new FieldFault("limit", "must be a whole number from 1 to " + MAX_LIMIT));
        }
        request.fieldNames().forEachRemaining(name -> {
            if (!"error_code".equals(name) && !"limit".equals(name)) {
                faults.add(new FieldFault(Json.quoted(name), "is not a property of this request"));
            }
        });
        if (!faults.isEmpty()) {
            throw new InvalidRequestException(faults);
        }
        exchange.setVariable("errorCode", errorCode.textValue());
        exchange.setVariable("limit", limited ? limit.intValue() : DEFAULT_LIMIT);
    }

    /** The response for the rows of {@code redrive-dead-letters.sql}: {@code redriven} and {@code count}. */
    public Map<String, Object> redriven(List<?> rows) {
        return answer("redriven", rows);
    }

    /** The response for the rows of {@code discard-dead-letters.sql}: {@code discarded} and {@code count}. */
    public Map<String, Object> discarded(List<?> rows) {
        return answer("discarded", rows);
    }

    private static Map<String, Object> answer(String name, List<?> rows) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(name, rows);
        answer.put("count", rows.size());
        return answer;
    }

    private static JsonNode read(String body) {
        Json.requireText(body);
        try {
            JsonNode request = MAPPER.readTree(body);
            if (!request.isObject()) {
                throw new InvalidRequestException("The body must be a JSON object.");
            }
            return request;
        } catch (JsonProcessingException e) {
            throw Json.fault(e);
        }
    }
}
