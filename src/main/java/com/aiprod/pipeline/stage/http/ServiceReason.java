package com.aiprod.pipeline.stage.http;

import com.aiprod.pipeline.stage.StageBean;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds the reason for a failure in a service's answer, as text that the job's owner can read. */
@StageBean
public class ServiceReason {

    private static final int MAX_CHARACTERS = 300;
    private static final int MAX_READ = 10_000;
    private static final String NONE = "The service gives no reason.";

    /** The usual keys, among them those of RFC 9457 and FastAPI. */
    private static final List<String> KEYS = List.of("detail", "error", "message", "msg", "title");

    /**
     * Reads an answer.
     *
     * @param answer the unmarshaled JSON, or the part with the reason
     * @return at most 300 characters in one line, without HTML
     */
    public String of(Object answer) {
        String text = find(answer);
        String cut = text.substring(0, Math.min(text.length(), MAX_READ));
        String plain = cut.replaceAll("<[^>]*>", " ")
                .replaceAll("[\\s\\p{Cc}<>]+", " ")
                .strip();
        if (plain.isEmpty()) {
            return NONE;
        }
        return plain.length() <= MAX_CHARACTERS
                ? plain
                : plain.substring(0, plain.offsetByCodePoints(0, plain.codePointCount(0, MAX_CHARACTERS - 1))) + "…";
    }

    private static String find(Object part) {
        if (part instanceof Map<?, ?> map) {
            return KEYS.stream()
                    .filter(key -> map.get(key) != null)
                    .map(key -> find(map.get(key)))
                    .filter(text -> !text.isBlank())
                    .findFirst()
                    .orElse("");
        }
        if (part instanceof List<?> list) {
            return list.stream().limit(10).map(ServiceReason::find).collect(Collectors.joining("; "));
        }
        return part == null ? "" : part.toString();
    }
}
