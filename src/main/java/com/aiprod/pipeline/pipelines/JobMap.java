package com.aiprod.pipeline.pipelines;

import java.util.LinkedHashMap;
import java.util.Map;

/** The job as a pipeline receives it. Reports reads of keys that are not there, which are often misspelt. */
final class JobMap extends LinkedHashMap<String, Object> {

    private static final long serialVersionUID = 1L;

    private final transient StepTrace trace;

    /** @param trace learns of keys that are not there */
    JobMap(Map<?, ?> job, StepTrace trace) {
        job.forEach((key, value) -> put(String.valueOf(key), value));
        this.trace = trace;
    }

    @Override
    public Object get(Object key) {
        if (!containsKey(key)) {
            trace.misses(String.valueOf(key));
        }
        return super.get(key);
    }
}
