package com.aiprod.pipeline.api;

import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Reads a job's id from the path {@code /pipeline/job/{job_id}}: {@code bean: {ref: jobId, method: parse}}. */
@Component("jobId")
public class JobId {

    // UUID.fromString takes "1-1-1-1-1" as well.
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    /**
     * Sets the exchange variable {@code jobId} (String, lower case) from the path parameter {@code job_id}.
     *
     * @throws NotFoundException if it is no UUID, and so no job's id
     */
    public void parse(Exchange exchange) {
        parseInto(exchange);
    }

    static void parseInto(Exchange exchange) {
        String id = exchange.getMessage().getHeader("job_id", String.class);
        if (!isUuid(id)) {
            throw new NotFoundException("There is no such job.");
        }
        exchange.setVariable("jobId", id.toLowerCase(Locale.ROOT));
    }

    static boolean isUuid(String text) {
        return text != null && UUID_TEXT.matcher(text).matches();
    }
}
