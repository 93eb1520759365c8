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
 * One spelling for all JSON texts that say the same: white space, the order of names and the escapes of letters do not
 * count. Numbers are the same if their values are: {@code 1}, {@code 1.0} and {@code 1e0}, or {@code 0} and {@code -0},
 * since a client that reads its request back and sends it again may spell them anew. No digit of a number is lost.
 */
final class CanonicalJson {

    private static final JsonMapper MAPPER = new JsonMapper();

    private CanonicalJson() {}

    /** @param json a valid JSON text, without the same name twice in one object */
    static String of(String json) {
        try (JsonParser parser = MAPPER.createParser(json)) {
            parser.nextToken();
            return MAPPER.writeValueAsString(read(parser));
        } catch (IOException e) {
            throw new UncheckedIOException("The text was read as JSON before", e);
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
                // Never in plain digits, of which 1e100000 has many.
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
