package com.aiprod.pipeline.stage;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.Category;
import org.apache.camel.Component;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriPath;

/**
 * Stores the body as text with the job, where later retries and attempts find it: in the exchange variable
 * {@code job}, a Map. An empty body deletes the value. Leaves the message unchanged.
 */
@UriEndpoint(
        scheme = "job",
        firstVersion = "0.1.0",
        title = "Job",
        syntax = "job:name",
        producerOnly = true,
        category = Category.WORKFLOW)
final class JobEndpoint extends StageEndpoint {

    /** The exchange variable with the values by name. */
    private static final String VARIABLE = "job";

    private static final String CODE = "JOB_VARIABLE_INVALID";
    private static final int MAX_BYTES = 8 * 1024;
    private static final int MAX_VALUES = 32;

    private static final Pattern NAME = Pattern.compile("[a-z][A-Za-z0-9_-]{0,63}");

    private final JobMemory memory;

    @UriPath(description = "Name of the value: a-z, then at most 63 of A-Z, a-z, 0-9, -, and _.")
    @Metadata(required = true)
    private final String name;

    JobEndpoint(String uri, Component component, JobMemory memory, String name) {
        super(uri, component, CODE);
        this.memory = memory;
        this.name = name;
        if (!NAME.matcher(name).matches()) {
            throw invalid("'%s' is not the name of a job variable: a-z, then at most 63 of A-Z, a-z, 0-9, -, and _."
                    .formatted(shown(name)));
        }
    }

    @Override
    protected void receive(Exchange exchange) {
        String value = text(exchange);
        Map<String, Object> values = values(exchange);
        if (value != null && values.size() >= MAX_VALUES && !values.containsKey(name)) {
            throw wrong("is one too many: a job remembers at most %s".formatted(MAX_VALUES));
        }
        // First here: even if it cannot be stored, this attempt and its stop know it.
        if (value == null) {
            values.remove(name);
        } else {
            values.put(name, value);
        }
        memory.store(jobId(exchange), attempt(exchange), name, value);
    }

    /** The body as text; null to delete. */
    private String text(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        if (body == null) {
            return null;
        }
        if (body instanceof Map || body instanceof Iterable) {
            throw wrong("must be text; marshal the body first");
        }
        String value = exchange.getMessage().getBody(String.class);
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (value.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw wrong("has more than 8 KiB");
        }
        if (value.indexOf('\0') >= 0) {
            throw wrong("contains the character U+0000");
        }
        return value;
    }

    private PermanentStageException wrong(String fault) {
        return invalid("The job variable '%s' %s.".formatted(name, fault));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> values(Exchange exchange) {
        Map<String, Object> values = exchange.getVariable(VARIABLE, Map.class);
        if (values == null) {
            values = new ConcurrentHashMap<>();
            exchange.setVariable(VARIABLE, values);
        }
        return values;
    }
}
