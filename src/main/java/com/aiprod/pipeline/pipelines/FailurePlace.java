package com.aiprod.pipeline.pipelines;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The step of a pipeline at which an attempt failed.
 *
 * @param route ID of the route
 * @param step ID of the step
 * @param file the file of the route, as {@link Fault#file()}
 * @param line the line of the step, counted from 1; 0 if unknown
 * @param missingKey a key of the job that the failed step read and that is not there; null if there is none
 */
public record FailurePlace(String route, String step, String file, int line, String missingKey) {

    /** As dead letters hold it: {@code route}, {@code step}, {@code file}, {@code line}, and, if there is one, {@code missing_key}. */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("route", route);
        map.put("step", step);
        map.put("file", file);
        map.put("line", line);
        if (missingKey != null) {
            map.put("missing_key", missingKey);
        }
        return map;
    }

    /** For a log line: step, route, file, and line. */
    @Override
    public String toString() {
        return "step %s of route %s (%s:%s)%s"
                .formatted(step, route, file, line, missingKey == null ? "" : ", without the key '" + missingKey + "'");
    }
}
