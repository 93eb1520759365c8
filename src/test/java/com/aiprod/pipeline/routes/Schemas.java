package com.aiprod.pipeline.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;

/** The JSON schemas of the messages, under {@code schema/}. */
public final class Schemas {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Schemas() {}

    /** Checks the message against a schema, such as {@code job.v1}, and returns the parsed message. */
    public static JsonNode assertValid(String schema, String message) {
        JsonNode read = read(message);
        assertThat(of(schema).validate(read)).as(message).isEmpty();
        return read;
    }

    /** Returns whether the message matches the schema. */
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
