package com.aiprod.pipeline.messaging;

import com.aiprod.pipeline.job.DeadLetterMessage;
import com.aiprod.pipeline.job.Failure;
import com.aiprod.pipeline.job.PoisonMessageException;
import com.aiprod.pipeline.job.StorableText;
import com.aiprod.pipeline.stage.Failures;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.google.pubsub.GooglePubsubConstants;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Describes why an exchange failed: to the job's owner in a result, and to operators in a dead letter. */
public final class DeadLetters {

    /** The exchange property that holds the original message. */
    private static final String ORIGINAL = "originalMessage";

    /**
     * The header in which Camel keeps all attributes of a message, including those that MessageAttributes filters out.
     */
    private static final String ATTRIBUTES = "CamelGooglePubsubAttributes";

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    /** An escaped NUL in JSON: the backslash of its escape follows an even number of other backslashes. */
    private static final Pattern NUL = Pattern.compile("(?<!\\\\)(?:\\\\\\\\)*\\\\u0000");

    /** The limit for the data kept of a message; a foreign message may have 10 MB. */
    static final int MAX_DATA_BYTES = 256 * 1024;

    /** Above the size of the application's own letters with escaped data; a foreign letter may have any size. */
    private static final int MAX_METADATA_CHARACTERS = 2 * 1024 * 1024;

    private static final int MAX_ERROR_CHARACTERS = 10_000;
    private static final int MAX_NAME_CHARACTERS = 255;

    private final ObjectMapper json;

    DeadLetters(ObjectMapper json) {
        this.json = json;
    }

    /** The error code of a message that no retry can help. */
    static final String POISON = "POISON_MESSAGE";

    /**
     * Maps the caught exception to a failure for the job's owner. The message of an unexpected exception is not
     * disclosed. JSON that a pipeline cannot read is not the message, which was read before its first try.
     */
    public Failure failure(Exchange exchange) {
        Throwable caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        boolean poison = exchange.getVariable("tries") == null
                && (ObjectHelper.getException(PoisonMessageException.class, caught) != null
                        || ObjectHelper.getException(JsonProcessingException.class, caught) != null);
        return poison ? new Failure(POISON, "The message is invalid.", false) : Failures.of(caught);
    }

    /** Keeps the original message for a dead letter when the exchange continues in another route. */
    public void keepOriginal(Exchange exchange) {
        exchange.setProperty(ORIGINAL, exchange.getMessage().copy());
    }

    /** Creates the dead letter from the exchange's original message and caught exception. */
    public DeadLetterMessage write(Exchange exchange) {
        Throwable caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Message original = exchange.getProperty(ORIGINAL, Message.class);
        if (original == null) {
            original = exchange.getUnitOfWork().getOriginalInMessage();
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        putData(metadata, original.getBody(byte[].class));
        metadata.put("attributes", original.getHeader(ATTRIBUTES, Map.of(), Map.class));
        metadata.put("message_id", original.getHeader(GooglePubsubConstants.MESSAGE_ID));
        metadata.put("attempt", exchange.getVariable("attempt"));
        metadata.put("attempts", exchange.getVariable("tries", 1, Integer.class));
        metadata.put("pipeline", exchange.getVariable("pipeline"));
        metadata.put("revision", exchange.getVariable("revision"));
        if (exchange.getVariable("failedAt") instanceof Map<?, ?> place) {
            place.forEach((name, value) -> metadata.put((String) name, value));
        } else {
            metadata.put("route", exchange.getProperty(Exchange.FAILURE_ROUTE_ID));
            metadata.put("step", exchange.getProperty(Exchange.FAILURE_ENDPOINT));
        }
        return new DeadLetterMessage(
                exchange.getVariable("jobId", String.class),
                failure(exchange).errorCode(),
                StorableText.of(caught.toString(), MAX_ERROR_CHARACTERS),
                metadata);
    }

    /**
     * Sets the variables that record-dead-letter.sql binds. Keeps whatever arrives: a JobMessage that Pub/Sub forwards
     * under its dead-letter policy, and bytes that cannot be decoded, are themselves the original data.
     */
    public void unpack(Exchange exchange) throws JsonProcessingException {
        Message message = exchange.getMessage();
        byte[] data = message.getBody(byte[].class);
        Map<?, ?> attributes = message.getHeader(ATTRIBUTES, Map.of(), Map.class);
        DeadLetterMessage letter = "dead-letter.v1".equals(attributes.get("schema")) ? read(data) : null;
        if (letter == null) {
            letter = forwarded(data, attributes);
        }
        exchange.setVariable("messageId", message.getHeader(GooglePubsubConstants.MESSAGE_ID));
        exchange.setVariable("jobId", uuid(letter.jobId()));
        exchange.setVariable("attempt", letter.metadata().get("attempt") instanceof Integer number ? number : null);
        String code = StorableText.of(letter.reason(), MAX_NAME_CHARACTERS);
        exchange.setVariable("errorCode", code);
        exchange.setVariable("reason", code.toLowerCase(Locale.ROOT).replace('_', ' '));
        exchange.setVariable("error", StorableText.of(letter.error(), MAX_ERROR_CHARACTERS));
        exchange.setVariable("attempts", letter.metadata().get("attempts") instanceof Integer number ? number : 0);
        exchange.setVariable("route", name(letter, "route"));
        exchange.setVariable("pipeline", name(letter, "pipeline"));
        exchange.setVariable("step", name(letter, "step"));
        exchange.setVariable("file", name(letter, "file"));
        exchange.setVariable("line", letter.metadata().get("line") instanceof Integer number ? number : null);
        exchange.setVariable("metadata", metadata(letter, data));
    }

    private static String name(DeadLetterMessage letter, String key) {
        return letter.metadata().get(key) instanceof String name ? StorableText.of(name, MAX_NAME_CHARACTERS) : null;
    }

    private String metadata(DeadLetterMessage letter, byte[] data) throws JsonProcessingException {
        String metadata = json.writeValueAsString(letter.metadata());
        if (metadata.length() <= MAX_METADATA_CHARACTERS) {
            return metadata;
        }
        Map<String, Object> cut = new LinkedHashMap<>();
        putData(cut, data);
        return json.writeValueAsString(cut);
    }

    /** Returns null if the data is not a valid dead letter. */
    private DeadLetterMessage read(byte[] data) {
        try {
            DeadLetterMessage letter = json.readValue(data, DeadLetterMessage.class);
            // PostgreSQL rejects JSON with NUL in a string.
            return letter != null
                            && letter.complete()
                            && !NUL.matcher(json.writeValueAsString(letter)).find()
                    ? letter
                    : null;
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * The attributes are described in https://cloud.google.com/pubsub/docs/handling-failures#track_delivery_attempts
     */
    private DeadLetterMessage forwarded(byte[] data, Map<?, ?> attributes) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        putData(metadata, data);
        metadata.put("attributes", attributes);
        Object deliveries = attributes.get("CloudPubSubDeadLetterSourceDeliveryCount");
        if (deliveries == null) {
            return new DeadLetterMessage(null, POISON, "The message is not a readable dead letter.", metadata);
        }
        metadata.put("route", attributes.get("CloudPubSubDeadLetterSourceSubscription"));
        return new DeadLetterMessage(
                attributes.get("job_id") instanceof String jobId ? jobId : null,
                "DELIVERY_EXHAUSTED",
                "Pub/Sub gave up after %s deliveries that no worker acknowledged.".formatted(deliveries),
                metadata);
    }

    /** Returns null if this does not name a job; the letter is then kept without one. */
    private static String uuid(String jobId) {
        try {
            return jobId == null ? null : UUID.fromString(jobId).toString();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * Adds the data as text, or as Base64 if it is not text or PostgreSQL's {@code json} cannot hold it. Large data is
     * cut, and {@code data_bytes} holds its full size in bytes.
     */
    static void putData(Map<String, Object> metadata, byte[] data) {
        byte[] kept = firstBytes(data);
        if (kept.length < data.length) {
            metadata.put("data_bytes", data.length);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(kept))
                    .toString();
            if (text.indexOf('\0') < 0) {
                metadata.put("data", text);
                return;
            }
        } catch (CharacterCodingException e) {
            LOG.debug("The data of a dead letter is not text", e);
        }
        metadata.put("data_base64", Base64.getEncoder().encodeToString(kept));
    }

    /** At most {@link #MAX_DATA_BYTES}, without cutting a UTF-8 character. */
    private static byte[] firstBytes(byte[] data) {
        int end = Math.min(data.length, MAX_DATA_BYTES);
        if (end < data.length) {
            // In UTF-8, the second to fourth bytes of a character are 10xxxxxx.
            for (int i = 0; i < 3 && (data[end] & 0xC0) == 0x80; i++) {
                end--;
            }
        }
        return Arrays.copyOf(data, end);
    }
}
