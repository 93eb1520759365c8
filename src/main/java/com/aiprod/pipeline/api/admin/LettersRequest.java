package com.aiprod.pipeline.api.admin;

import com.aiprod.pipeline.api.http.Json;
import com.aiprod.pipeline.api.http.PathId;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Parses a request to redrive or discard several dead letters: {@code bean: {ref: lettersRequest, method: parse}}. */
@Component("lettersRequest")
public class LettersRequest {

    static final int DEFAULT_LIMIT = 100;

    /** One statement changes them all while the request waits for it. */
    static final int MAX_LIMIT = 1000;

    private static final String CODE = "error_code";
    private static final String GROUP = "group";
    private static final String IDS = "ids";
    private static final String LIMIT = "limit";
    private static final Set<String> PROPERTIES = Set.of(CODE, GROUP, IDS, LIMIT);

    private static final JsonMapper MAPPER = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(Json.LIMITS).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Sets the exchange variables {@code limit} (Integer), and {@code errorCode}, {@code group}, or {@code letterIds} (an
     * array as PostgreSQL writes it) from the body: {@code {"error_code": "…", "limit": …}}, {@code {"group": "…", "limit":
     * …}}, or {@code {"ids": […]}}.
     *
     * @throws InvalidRequestException with every error in the request
     */
    public void parse(Exchange exchange) {
        JsonNode request = read(exchange.getMessage().getBody(String.class));
        List<FieldFault> faults = new ArrayList<>();
        List<String> given =
                List.of(CODE, GROUP, IDS).stream().filter(request::hasNonNull).toList();
        if (given.isEmpty()) {
            faults.add(new FieldFault(CODE, "is required, or group, or ids"));
        } else {
            given.stream()
                    .skip(1)
                    .forEach(name -> faults.add(new FieldFault(name, "cannot be combined with " + given.get(0))));
        }
        JsonNode errorCode = request.path(CODE);
        if (given.contains(CODE) && !(errorCode.isTextual() && ErrorCode.isPossible(errorCode.textValue()))) {
            faults.add(new FieldFault(CODE, ErrorCode.RULE));
        }
        JsonNode group = request.path(GROUP);
        if (given.contains(GROUP) && !(group.isTextual() && DeadLetterList.isGroup(group.textValue()))) {
            faults.add(new FieldFault(GROUP, DeadLetterList.GROUP_RULE));
        }
        Set<String> ids = given.contains(IDS) ? ids(request.path(IDS), faults) : Set.of();
        int limit = limit(request.path(LIMIT), faults);
        request.fieldNames().forEachRemaining(name -> {
            if (!PROPERTIES.contains(name)) {
                faults.add(new FieldFault(Json.quoted(name), "is not a property of this request"));
            }
        });
        if (!faults.isEmpty()) {
            throw new InvalidRequestException(faults);
        }
        exchange.setVariable("errorCode", errorCode.textValue());
        exchange.setVariable("group", group.textValue());
        exchange.setVariable("letterIds", ids.isEmpty() ? null : "{" + String.join(",", ids) + "}");
        exchange.setVariable("limit", limit > 0 ? limit : Math.max(DEFAULT_LIMIT, ids.size()));
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

    private static Set<String> ids(JsonNode list, List<FieldFault> faults) {
        Set<String> ids = new LinkedHashSet<>();
        boolean valid = list.isArray() && !list.isEmpty() && list.size() <= MAX_LIMIT;
        for (JsonNode id : list) {
            valid &= id.isTextual() && PathId.isUuid(id.textValue());
            ids.add(id.asText());
        }
        if (!valid) {
            faults.add(new FieldFault(IDS, "must be a list of 1 to " + MAX_LIMIT + " dead letters' IDs"));
        }
        return ids;
    }

    /** The limit; 0 if there is none. */
    private static int limit(JsonNode limit, List<FieldFault> faults) {
        if (limit.isMissingNode() || limit.isNull()) {
            return 0;
        }
        if (limit.isInt() && limit.intValue() >= 1 && limit.intValue() <= MAX_LIMIT) {
            return limit.intValue();
        }
        faults.add(new FieldFault(LIMIT, "must be a whole number from 1 to " + MAX_LIMIT));
        return 0;
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
