package com.aiprod.pipeline.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** The dead letter of an unreadable message is small even if the message is large. */
class LetterSizeTest {

    private static final int LARGE = 9_999_999;

    private final ObjectMapper json = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    private final DeadLetters letters = new DeadLetters(json);

    @Test
    void keepsASmallMessageWhole() {
        assertThat(data("A sea.".getBytes(StandardCharsets.UTF_8))).isEqualTo(Map.of("data", "A sea."));
    }

    @Test
    void truncatesALargeTextAtACharacter() {
        // Three bytes each; the limit is not a multiple of three.
        Map<String, Object> data = data("海".repeat(200_000).getBytes(StandardCharsets.UTF_8));
        assertThat(data).containsEntry("data_bytes", 600_000).containsOnlyKeys("data", "data_bytes");
        assertThat((String) data.get("data"))
                .hasSize(DeadLetters.MAX_DATA_BYTES / 3)
                .matches("海+");
    }

    @Test
    void truncatesLargeBinaryData() {
        byte[] bytes = new byte[LARGE];
        Arrays.fill(bytes, (byte) 0x80);
        Map<String, Object> data = data(bytes);
        assertThat(data).containsEntry("data_bytes", LARGE).containsOnlyKeys("data_base64", "data_bytes");
        assertThat(Base64.getDecoder().decode((String) data.get("data_base64")))
                .hasSizeBetween(DeadLetters.MAX_DATA_BYTES - 3, DeadLetters.MAX_DATA_BYTES);
    }

    @Test
    void truncatesAForeignDeadLetterToo() throws Exception {
        byte[] letter = json.writeValueAsBytes(Map.of(
                "reason", "A_CODE",
                "error", "x".repeat(LARGE / 3),
                "metadata", Map.of("route", "r".repeat(LARGE / 3), "anything", "y".repeat(LARGE / 3))));
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(camel);
            exchange.getMessage().setBody(letter);
            exchange.getMessage().setHeader("CamelGooglePubsubAttributes", Map.of("schema", "dead-letter.v1"));

            letters.unpack(exchange);

            assertThat(exchange.getVariable("errorCode")).isEqualTo("A_CODE");
            assertThat(exchange.getVariable("error", String.class)).hasSize(10_000);
            assertThat(exchange.getVariable("route", String.class)).hasSize(255);
            JsonNode metadata = json.readTree(exchange.getVariable("metadata", String.class));
            assertThat(metadata.path("data").asText()).hasSize(DeadLetters.MAX_DATA_BYTES);
            assertThat(metadata.path("data_bytes").asInt()).isEqualTo(letter.length);
        }
    }

    private static Map<String, Object> data(byte[] data) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        DeadLetters.putData(metadata, data);
        return metadata;
    }
}
