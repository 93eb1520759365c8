package com.aiprod.pipeline.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;

/** The JSON Schemas of the messages, under {@code schema/}. */
public final class Schemas {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Schemas() {}

    /** Checks a message against its schema, e.g. {@code job.v1}, and returns it. */
    public static JsonNode assertValid(String schema, String message) {
        JsonNode read = read(message);
        assertThat(of(schema).validate(read)).as(message).isEmpty();
        return read;
    }

    /** Whether a message fits its schema. */
    public static boolean valid(String schema, String message) {
        return of(schema).validate(read(message)).isEmpty();
    }

    private static JsonSchema of(String schema) {
        return JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(SchemaLocation.of("classpath:schema/" + schema + ".json"));
    }

    private static JsonNode read(String message) {
        try {
            return JSON.readTree(message);
        } catch (JsonProcessingException e) {
            throw new AssertionError(message, e);
        }
    }
}
