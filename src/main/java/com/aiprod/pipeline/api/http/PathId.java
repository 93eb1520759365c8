package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.api.problem.NotFoundException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Reads the UUID in a path into an exchange variable, in lower case as PostgreSQL writes it:
 * {@code bean: {ref: pathId, method: job}}. Text that is not a UUID is not the ID of anything, so the response is 404.
 */
@Component("pathId")
public class PathId {

    // UUID.fromString also accepts "1-1-1-1-1".
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    /**
     * Sets {@code jobId} from the path parameter {@code job_id}.
     *
     * @throws NotFoundException if that is not a UUID
     */
    public void job(Exchange exchange) {
        read(exchange, "job_id", "jobId", "job");
    }

    /**
     * Sets {@code letterId} from the path parameter {@code id}.
     *
     * @throws NotFoundException if that is not a UUID
     */
    public void deadLetter(Exchange exchange) {
        read(exchange, "id", "letterId", "dead letter");
    }

    /**
     * Sets {@code deliveryId} from the path parameter {@code delivery_id}.
     *
     * @throws NotFoundException if that is not a UUID
     */
    public void delivery(Exchange exchange) {
        read(exchange, "delivery_id", "deliveryId", "delivery");
    }

    private static void read(Exchange exchange, String parameter, String variable, String what) {
        String text = exchange.getMessage().getHeader(parameter, String.class);
        if (!isUuid(text)) {
            throw new NotFoundException("There is no such " + what + ".");
        }
        exchange.setVariable(variable, text.toLowerCase(Locale.ROOT));
    }

    /** Whether a text is a UUID in its 36-character form; false for null. */
    public static boolean isUuid(String text) {
        return text != null && UUID_TEXT.matcher(text).matches();
    }
}
