package com.aiprod.pipeline.api.submit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A canonical form of JSON: whitespace, the order of names and character escapes do not matter. Numbers are equal if
 * their values are, such as {@code 1}, {@code 1.0} and {@code 1e0}, or {@code 0} and {@code -0}, because a client that
 * reads its request and sends it again might write them differently. No digit of a number is lost.
 */
final class CanonicalJson {

    private static final JsonMapper MAPPER = new JsonMapper();

    private CanonicalJson() {}

    /** @param json valid JSON text without duplicate names in an object */
    static String of(String json) {
        try (JsonParser parser = MAPPER.createParser(json)) {
            parser.nextToken();
            return MAPPER.writeValueAsString(read(parser));
        } catch (IOException e) {
            throw new UncheckedIOException("The text was already parsed as JSON", e);
        }
    }

    private static Object read(JsonParser json) throws IOException {
        switch (json.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> members = new TreeMap<>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    json.nextToken();
                    members.put(name, read(json));
                }
                return members;
            }
            case START_ARRAY -> {
                List<Object> elements = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(read(json));
                }
                return elements;
            }
            case VALUE_STRING -> {
                return json.getText();
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                BigDecimal number = new BigDecimal(json.getText()).stripTrailingZeros();
                // Never plain digits, because 1e100000 has too many.
                return new RawValue(number.unscaledValue() + "e" + -(long) number.scale());
            }
            case VALUE_TRUE -> {
                return true;
            }
            case VALUE_FALSE -> {
                return false;
            }
            default -> {
                return null;
            }
        }
    }
}
